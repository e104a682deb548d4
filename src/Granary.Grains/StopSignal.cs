using Granary.Abstractions;
using Granary.Access.Tokens;
using Granary.Grains.Energy;
using Granary.Grains.Optimization;
using Granary.Grains.Prediction;
using Granary.Grains.Services;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Granary.Grains;

/// <summary>Says that the server is about to stop, so that long polls end at once and a stop does not wait for them.</summary>
public sealed class StopSignal
{
    private readonly TaskCompletionSource _stopping = new();

    public StopSignal(IHostApplicationLifetime lifetime) => lifetime.ApplicationStopping.Register(() => _stopping.TrySetResult());

    /// <summary>Completes when the stop begins.</summary>
    public Task Stopping => _stopping.Task;
}

/// <summary>What the grains need among the server's services, besides a store and options.</summary>
public static class GrainServices
{
    public static IServiceCollection AddGranaryGrains(this IServiceCollection services)
    {
        services.TryAddSingleton<TokenBook>();
        services.TryAddSingleton(new EnergyGrainOptions());
        services.TryAddSingleton(new ServiceGrainOptions());
        services.TryAddSingleton<IServiceStandings, NoServiceStandings>();
        services.AddOptions<PredictionOptions>();
        services.AddOptions<OptimizationOptions>();
        services.TryAddSingleton<FitQueue>();
        services.TryAddSingleton<AdmissionGate>();
        return services.AddSingleton<StopSignal>();
    }
}
