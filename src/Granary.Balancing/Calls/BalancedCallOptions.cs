namespace Granary.Balancing.Calls;

/// <summary>How often and how long a call is tried.</summary>
/// <param name="Attempts">Attempts in all, 1 to 10.</param>
/// <param name="AttemptTimeout">An attempt that takes longer has failed; two seconds if null.</param>
/// <param name="Delay">Before the first retry, doubled for each more, with jitter; 10 ms if null.</param>
/// <param name="Seed">Of the jitter.</param>
public sealed record BalancedCallOptions(int Attempts = 3, TimeSpan? AttemptTimeout = null, TimeSpan? Delay = null, int Seed = 1)
{
    internal TimeSpan Timeout => AttemptTimeout ?? TimeSpan.FromSeconds(2);

    internal TimeSpan FirstDelay => Delay ?? TimeSpan.FromMilliseconds(10);

    internal BalancedCallOptions Validated() =>
        Attempts is >= 1 and <= 10 && Timeout >= TimeSpan.FromMilliseconds(10) && Timeout <= TimeSpan.FromHours(1) &&
        FirstDelay >= TimeSpan.Zero && FirstDelay <= TimeSpan.FromMinutes(1)
            ? this
            : throw new ArgumentException($"balanced call: 1 to 10 attempts, a timeout of 10 ms to an hour, a delay of at most a minute: {this}");
}
