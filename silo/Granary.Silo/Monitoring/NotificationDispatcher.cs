using System.Threading.Channels;
using Granary.Grains.Monitoring;
using Granary.Model;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Granary.Silo.Monitoring;

/// <summary>Takes notifications to each target by itself, so that one that hangs holds up no other. What waits is bounded: the oldest goes first, and is said to be lost.</summary>
internal sealed partial class NotificationDispatcher : BackgroundService, INotificationSink
{
    private const int MostWaiting = 256;
    private readonly (INotificationTarget Target, Channel<AlertNotification> Waiting)[] _targets;
    private readonly TimeSpan _timeout;
    private readonly int _tries;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    public NotificationDispatcher(IReadOnlyList<INotificationTarget> targets, TimeSpan timeout, int tries, TimeProvider time, ILogger log)
    {
        (_timeout, _tries, _time, _log) = (timeout, tries, time, log);
        _targets = [.. targets.Select(t => (t, Channel.CreateBounded<AlertNotification>(
            new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, lost => LogLost(_log, t.Name, lost.Summary, "others that came later wait too"))))];
    }

    public void Post(AlertNotification notification)
    {
        foreach (var (_, waiting) in _targets) waiting.Writer.TryWrite(notification);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_targets.Select(t => Serve(t.Target, t.Waiting.Reader, stoppingToken)));

    public override void Dispose()
    {
        foreach (var (target, _) in _targets) (target as IDisposable)?.Dispose();
        base.Dispose();
    }

    private async Task Serve(INotificationTarget target, ChannelReader<AlertNotification> waiting, CancellationToken stop)
    {
        await Task.Yield();
        try
        {
            await foreach (var notification in waiting.ReadAllAsync(stop)) await Tell(target, notification, stop);
        }
        catch (OperationCanceledException)
        {
            // the server stops
        }
    }

    private async Task Tell(INotificationTarget target, AlertNotification notification, CancellationToken stop)
    {
        var pause = TimeSpan.FromSeconds(1);
        for (var attempt = 1; ; attempt++)
        {
            using var limit = new CancellationTokenSource(_timeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
            try
            {
                await target.SendAsync(notification, either.Token);
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException && !stop.IsCancellationRequested)
            {
                // the message of a connection's failure names the host, and no path or header
                var why = limit.IsCancellationRequested ? $"nothing came within {Durations.Format(_timeout)}" : e is HttpRequestException or InvalidOperationException ? e.Message : e.GetType().Name;
                if (attempt >= _tries || e is HttpRequestException { StatusCode: >= System.Net.HttpStatusCode.BadRequest and < System.Net.HttpStatusCode.InternalServerError and not System.Net.HttpStatusCode.TooManyRequests and not System.Net.HttpStatusCode.RequestTimeout })
                {
                    LogLost(_log, target.Name, notification.Summary, why);
                    return;
                }
            }
            await Task.Delay(pause, _time, stop);
            pause *= 2;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Target} was not told '{Summary}': {Why}")]
    private static partial void LogLost(ILogger logger, string target, string summary, string why);
}
