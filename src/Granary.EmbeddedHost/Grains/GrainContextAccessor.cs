using Orleans.Runtime;

namespace Granary.EmbeddedHost.Grains;

/// <inheritdoc/>
internal sealed class GrainContextAccessor : IGrainContextAccessor
{
    public IGrainContext GrainContext => RuntimeContext.Current!;
}
