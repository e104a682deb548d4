using Granary.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Granary.Silo.Database;

/// <summary>
/// Lets finished tasks go that are older than <see cref="StorageSettings.KeepFinished"/>. Several servers on one database may all do it: what one
/// has removed the next does not find.
/// </summary>
internal sealed partial class Retention(IStore store, StorageSettings settings, TimeProvider time, ILogger<Retention> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (settings.KeepFinished == TimeSpan.Zero) return;
        using var timer = new PeriodicTimer(settings.SweepEvery, time);
        try
        {
            do
            {
                await SweepAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the server stops
        }
    }

    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            var before = time.GetUtcNow() - settings.KeepFinished;
            var gone = await RetentionSweep.RunAsync(store, before, cancellationToken);
            if (gone > 0) LogGone(log, gone, before);
        }
        catch (StorageException e)
        {
            LogFailed(log, e.Message);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Count} tasks that finished before {Before:u} are no longer kept (Storage:KeepFinished)")]
    private static partial void LogGone(ILogger log, long count, DateTimeOffset before);

    [LoggerMessage(LogLevel.Warning, "Old tasks could not be removed, to be tried again: {Why}")]
    private static partial void LogFailed(ILogger log, string why);
}
