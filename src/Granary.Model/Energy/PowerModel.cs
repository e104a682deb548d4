namespace Granary.Model;

/// <summary>
/// Power of a machine whose power nobody measures: idle watts, and on top a part in proportion to how busy its cores are (Fan, Weber, Barroso,
/// Power Provisioning for a Warehouse-sized Computer, ISCA 2007), which shrinks with the square of the frequency: between linear, where the
/// voltage stays, and cubic, where it follows. Everything computed from it is an estimate.
/// </summary>
/// <param name="IdleWatts">When nothing runs.</param>
/// <param name="BusyWatts">When all cores are busy at their highest frequency.</param>
public sealed record PowerModel(double IdleWatts, double BusyWatts)
{
    private const double BoardWatts = 15;
    private const double IdleWattsPerCore = 1;
    private const double BusyWattsPerCore = 5;

    /// <summary>
    /// Where nothing was declared: 15 W for the board and 1 W a core when idle, 5 W a core on top when busy. Servers in the published SPECpower results lie
    /// within a factor of two of that, so declare <c>idle_watts</c> and <c>busy_watts</c> where it matters.
    /// </summary>
    public static PowerModel Typical(int cores) =>
        new(BoardWatts + IdleWattsPerCore * Math.Max(1, cores), BoardWatts + (IdleWattsPerCore + BusyWattsPerCore) * Math.Max(1, cores));

    /// <summary>What was declared, else <see cref="Typical"/>.</summary>
    /// <param name="idle">Declared; 0 for unknown.</param>
    /// <param name="busy">Declared; 0 for unknown.</param>
    public static PowerModel Of(double idle, double busy, int cores)
    {
        var typical = Typical(cores);
        var low = idle > 0 ? idle : busy > 0 ? Math.Min(typical.IdleWatts, busy) : typical.IdleWatts;
        return new(low, busy > 0 ? Math.Max(low, busy) : low + typical.DynamicWatts);
    }

    public double DynamicWatts => Math.Max(0, BusyWatts - IdleWatts);

    /// <param name="utilization">Busy part of the cores, 0 to 1.</param>
    /// <param name="frequency">Beside the highest, 0 to 1.</param>
    public double Watts(double utilization, double frequency = 1) =>
        IdleWatts + DynamicWatts * Part(utilization, 0) * Math.Pow(Part(frequency, 1), 2);

    private static double Part(double value, double otherwise) => double.IsFinite(value) ? Math.Clamp(value, 0, 1) : otherwise;
}
