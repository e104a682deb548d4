namespace Granary.Balancing.Backends;

/// <summary>How a backend that comes, or comes back, takes on its load: linearly from a tenth over the window.</summary>
public sealed record SlowStartOptions(long WindowUs = 10_000_000, double MinimumShare = 0.1)
{
    internal void Validate()
    {
        if (WindowUs < 0 || !(MinimumShare is > 0 and <= 1))
            throw new ArgumentException($"slow start: window {WindowUs} us must not be negative, minimum share {MinimumShare} above 0 and at most 1");
    }
}

internal sealed class SlowStart(SlowStartOptions? options)
{
    private Countdown _window;
    private bool _available;

    /// <summary>The last call of <see cref="Share"/> found the backend new or back.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Share of its weight that the backend has at <paramref name="nowUs"/>; 1 once the window is over.</summary>
    public double Share(bool available, long nowUs)
    {
        HasBegun = available && !_available;
        if (HasBegun)
            _window = new Countdown(nowUs, options?.WindowUs ?? 0);
        _available = available;
        return options is null ? 1 : Math.Max(options.MinimumShare, _window.Progress(nowUs));
    }
}
