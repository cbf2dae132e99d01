/* The accelerators have each group of four bytes the other way round. */
static uint8_t diana_planar_get(const uint8_t *base, int32_t offset)
{
    return base[offset ^ 3];
}

static void diana_planar_put(uint8_t *base, int32_t offset, uint8_t value)
{
    base[offset ^ 3] = value;
}
