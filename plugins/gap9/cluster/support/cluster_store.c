/* The low bits of a value: types narrower than it wrap. */
static void cluster_store(uint8_t *at, int32_t type, int32_t value)
{
    const uint32_t bits = (uint32_t)value;
    const uint16_t narrow = (uint16_t)(bits & 0xffffu);
    if (type <= CLUSTER_UINT8) {
        at[0] = (uint8_t)(bits & 0xffu);
    } else if (type <= CLUSTER_UINT16) {
        memcpy(at, &narrow, sizeof narrow);
    } else {
        memcpy(at, &bits, sizeof bits);
    }
}
