namespace Granary.Forecasting.RunTimes;

/// <summary>
/// How often each quantile that was foretold came true, and by that what to foretell instead (Kuleshov, Fenner and Ermon, "Accurate uncertainties for deep learning using calibrated
/// regression", 2018): the distribution of where run times fell in their own forecasts, the recent more than the old, starting as if all were well.
/// </summary>
internal sealed class RunTimeCalibration
{
    public const int Bins = 40;
    private const double Prior = 40, Memory = 2000;
    private readonly double[] _weights = [.. Enumerable.Repeat(Prior / Bins, Bins)];
    private double _total = Prior;

    /// <param name="place">Where the run time fell in its forecast: the foretold probability of what is no longer.</param>
    public void Learn(double place)
    {
        if (_total > Memory)
        {
            for (var n = 0; n < Bins; n++) _weights[n] *= Memory / (Memory + 1);
            _total *= Memory / (Memory + 1);
        }
        _weights[Math.Min(Bins - 1, (int)(place * Bins))]++;
        _total++;
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(_total);
        foreach (var weight in _weights) writer.Write(weight);
    }

    public void Read(BinaryReader reader)
    {
        _total = RunTimeHistogram.Number(reader);
        for (var n = 0; n < Bins; n++) _weights[n] = RunTimeHistogram.Number(reader);
        if (_total < Prior / 2) throw new InvalidDataException($"a calibration of weight {_total}");
    }

    public double[] Parts() => [.. _weights.Select(w => w / _total)];

    /// <summary>How often what was foretold with this probability came true.</summary>
    public static double At(double[] parts, double raw)
    {
        var position = Math.Clamp(raw, 0, 1) * Bins;
        var sum = 0.0;
        for (var n = 0; n < Math.Min(Bins, (int)position); n++) sum += parts[n];
        return Math.Clamp(position >= Bins ? 1 : sum + (parts[(int)position] * (position - (int)position)), 0, 1);
    }

    /// <summary>What has to be foretold to come true so often.</summary>
    public static double Inverse(double[] parts, double probability)
    {
        var sum = 0.0;
        for (var n = 0; n < Bins; n++)
        {
            if (sum + parts[n] >= probability) return (n + ((probability - sum) / parts[n])) / Bins;
            sum += parts[n];
        }
        return 1;
    }
}
