namespace Granary.Balancing.Backends;

/// <summary>A backend as it is registered.</summary>
/// <param name="Name">Unique in the pool; its place on the hash ring follows from it.</param>
/// <param name="Weight">Share of requests relative to the others; 0 takes none. Not negative, finite.</param>
/// <param name="Zone">Where it is; compared with the balancer's own zone.</param>
public sealed record BackendOptions(string Name, double Weight = 1, string Zone = "")
{
    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(Name))
            throw new ArgumentException("a backend needs a name");
        ValidateWeight(Name, Weight);
    }

    internal static void ValidateWeight(string name, double weight)
    {
        if (!(weight >= 0 && weight <= 1e6))
            throw new ArgumentOutOfRangeException(nameof(weight), $"backend {name}: weight {weight} is not between 0 and 1000000");
    }
}
