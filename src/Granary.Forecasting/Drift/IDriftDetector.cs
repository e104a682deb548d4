namespace Granary.Forecasting.Drift;

/// <summary>Watches a stream of numbers, such as a model's errors, for a change of its mean.</summary>
public interface IDriftDetector
{
    /// <summary>Takes the next number, which is finite.</summary>
    /// <returns>True where a change is found at this number; the detector has then forgotten what was before the change.</returns>
    bool Observe(double value);

    void Reset();
}
