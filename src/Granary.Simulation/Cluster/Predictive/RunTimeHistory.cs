namespace Granary.Simulation.Cluster.Predictive;

/// <summary>What past run times of one class of jobs say of the next: means that forget.</summary>
internal sealed class RunTimeHistory(double memory)
{
    /// <summary>Jobs seen.</summary>
    public int Count { get; private set; }

    /// <summary>Mean run time, seconds.</summary>
    public double Mean { get; private set; }

    /// <summary>Mean of the logarithm of the run time in seconds.</summary>
    public double LogMean { get; private set; }

    /// <summary>Mean of 1 / max(run time, 10 s): what a second of waiting adds to the slowdown.</summary>
    public double Urgency { get; private set; }

    public void Learn(double seconds)
    {
        Count++;
        // A plain mean until it is as long as the memory, an exponentially weighted one from then on.
        var weight = Math.Max(1.0 / Count, 1 / memory);
        Mean += weight * (seconds - Mean);
        LogMean += weight * (Math.Log(Math.Max(1, seconds)) - LogMean);
        Urgency += weight * (1 / Math.Max(seconds, Schedule.SlowdownBoundS) - Urgency);
    }
}
