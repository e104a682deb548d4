using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Calls;

/// <summary>What generated factories give to a grain's constructor.</summary>
public static class GrainServices
{
    public static T Required<T>(IGrainContext context) where T : notnull => context.ActivationServices.GetRequiredService<T>();

    public static T? Optional<T>(IGrainContext context) => context.ActivationServices.GetService<T>();

    public static T Keyed<T>(IGrainContext context, object? key) where T : notnull => context.ActivationServices.GetRequiredKeyedService<T>(key);

    public static IPersistentState<T> State<T>(IGrainContext context, string name, string? storage = null)
        => Required<IPersistentStateFactory>(context).Create<T>(context, new PersistentStateAttribute(name, storage));
}
