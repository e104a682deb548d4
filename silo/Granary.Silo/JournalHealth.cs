using Granary.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Granary.Silo;

/// <summary>Ready means that a commit reaches the disk: one small record is written for each question.</summary>
internal sealed class JournalHealth(IGrainStateStore store) : IHealthCheck, IDisposable
{
    private static readonly GrainStateKey Key = new("health", "journal", "probe");
    private readonly SemaphoreSlim _one = new(1, 1);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var known = await store.ReadAsync(Key, cancellationToken);
            await store.WriteAsync(Key, known?.ETag, "{}"u8.ToArray(), cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (GrainStateConflictException)
        {
            return HealthCheckResult.Healthy(); // another server of the cluster wrote the same record in between
        }
        catch (StorageException e)
        {
            return HealthCheckResult.Unhealthy(e.Message);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}
