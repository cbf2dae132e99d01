/* First of `count` pieces of work that are worker number `worker`'s: runs of equal length, the last ones shorter. */
static int32_t cluster_share(int32_t count, int32_t worker, int32_t workers)
{
    const int32_t run = (count + workers - 1) / workers;
    const int32_t first = run * worker;
    return first < count ? first : count;
}
