/* Element types as numbers: int8, uint8, int16, uint16, int32. */
#define CLUSTER_INT8 0
#define CLUSTER_UINT8 1
#define CLUSTER_INT16 2
#define CLUSTER_UINT16 3
#define CLUSTER_INT32 4

/* Constants lie without alignment. */
static int32_t cluster_load_int32(const uint8_t *at)
{
    int32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}
