
namespace Granary.Grains.Services;

/// <summary>What services may be on this server.</summary>
public sealed class ServiceGrainOptions
{
    /// <summary>Services of all agents. Default 1,000.</summary>
    public int MaxServices { get; init; } = 1_000;

    /// <summary>How often backends that live in tasks are looked after. Default 1 s.</summary>
    public TimeSpan Round { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Why a backend may not be at this address, in one line; null where it may. What a name leads to is seen only as a connection is opened. Default: anywhere.</summary>
    public Func<Uri, string?> Refuses { get; init; } = static _ => null;

    /// <summary>The largest body that a service may take, bytes. Default 1 GiB.</summary>
    public long MaxBodyBytes { get; init; } = 1L << 30;
}
