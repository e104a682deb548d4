using Granary.Model;

namespace Granary.Grains;

/// <summary>Closed while the server has no memory for more tasks: new submissions are refused, to be made again, by whichever way they come. Everything else goes on.</summary>
public sealed class AdmissionGate
{
    private static readonly TimeSpan ComeBack = TimeSpan.FromSeconds(5);
    private volatile string? _why;

    /// <summary>Why it is closed; null while it is open.</summary>
    public string? Why
    {
        get => _why;
        set => _why = value;
    }

    /// <exception cref="GranaryException">Refused for now.</exception>
    internal void Require()
    {
        if (_why is { } why) throw GranaryException.Busy(why, ComeBack);
    }
}
