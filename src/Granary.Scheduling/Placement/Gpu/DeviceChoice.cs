namespace Granary.Scheduling.Placement.Gpu;

/// <summary>Which devices of a node a request takes when its score does not say: the tightest that fits, or the first whole ones.</summary>
public static class DeviceChoice
{
    /// <param name="free">What each device has free, thousandths.</param>
    /// <returns>The devices, a bit each; 0 when they do not hold the request.</returns>
    public static uint BestFit(ReadOnlySpan<ushort> free, in GpuRequest request) => request switch
    {
        { IsCpuOnly: true } => 0,
        { IsShare: true } => Tightest(free, request.MilliPerGpu),
        _ => FirstWhole(free, request.Gpus),
    };

    /// <summary>The first <paramref name="gpus"/> wholly free devices, a bit each; 0 when there are fewer.</summary>
    public static uint FirstWhole(ReadOnlySpan<ushort> free, int gpus)
    {
        var devices = 0u;
        for (var i = 0; i < free.Length && gpus > 0; i++)
        {
            if (free[i] != GpuRequest.WholeGpu) continue;
            devices |= 1u << i;
            gpus--;
        }
        return gpus == 0 ? devices : 0;
    }

    /// <summary>The device with the least free that is at least <paramref name="milli"/>, a bit; the first of equals; 0 when there is none.</summary>
    public static uint Tightest(ReadOnlySpan<ushort> free, int milli)
    {
        var best = -1;
        for (var i = 0; i < free.Length; i++)
            if (free[i] >= milli && (best < 0 || free[i] < free[best])) best = i;
        return best < 0 ? 0 : 1u << best;
    }
}
