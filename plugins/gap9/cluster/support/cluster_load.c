/* An element of any of the types. */
static int32_t cluster_load(const uint8_t *at, int32_t type)
{
    int16_t narrow;
    uint16_t narrow_unsigned;
    switch (type) {
    case CLUSTER_INT8:
        return at[0] < 128 ? at[0] : at[0] - 256;
    case CLUSTER_UINT8:
        return at[0];
    case CLUSTER_INT16:
        memcpy(&narrow, at, sizeof narrow);
        return narrow;
    case CLUSTER_UINT16:
        memcpy(&narrow_unsigned, at, sizeof narrow_unsigned);
        return narrow_unsigned;
    default:
        return cluster_load_int32(at);
    }
}
