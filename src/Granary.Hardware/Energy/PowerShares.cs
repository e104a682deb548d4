namespace Granary.Hardware.Energy;

/// <summary>
/// Who drew the power of the cores: what a machine draws beyond its idle watts goes to those that kept cores busy, in proportion to their CPU time. What is
/// drawn by an idle machine is nobody's, and so is the part of processes that are no tasks.
/// </summary>
internal static class PowerShares
{
    /// <summary>Watts for each core that is kept busy.</summary>
    /// <param name="dynamicWatts">Power beyond idle.</param>
    /// <param name="busyCores">Cores busy in the mean over the same time.</param>
    /// <param name="taskCores">Those of them that tasks kept busy; by the clocks' coarseness it may be a little more than all.</param>
    public static double WattsPerCore(double dynamicWatts, double busyCores, double taskCores)
    {
        var cores = Math.Max(busyCores, taskCores);
        return double.IsFinite(dynamicWatts) && dynamicWatts > 0 && double.IsFinite(cores) && cores > 1e-9 ? dynamicWatts / cores : 0;
    }
}
