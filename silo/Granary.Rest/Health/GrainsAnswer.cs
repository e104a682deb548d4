using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Granary.Rest.Health;

/// <summary>Ready only when the directory's grain answers.</summary>
internal sealed class GrainsAnswer(Cluster cluster, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await cluster.Directory.Pools().WaitAsync(Within, time, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (TimeoutException)
        {
            return HealthCheckResult.Unhealthy($"the directory did not answer within {Within.TotalSeconds} s");
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("the directory cannot be asked; the server may still be starting", error);
        }
    }
}
