using Granary.Abstractions;
using Granary.Execution.Processes;
using Granary.Hardware;
using Granary.Hardware.Energy;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Granary.Execution.Telemetry;

/// <summary>
/// Samples this machine every second and sends what it saw in batches. It has a task of its own beside the agent's, so that nothing that control does waits
/// for it; when the server is away it keeps a few minutes and goes on.
/// </summary>
public sealed partial class TelemetryPublisher : BackgroundService
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);
    private readonly ITelemetryGrain _grain;
    private readonly string _node;
    private readonly TelemetryOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Func<NodeTelemetry> _open;
    private bool _complained;

    /// <param name="grains">The server.</param>
    /// <param name="node">Name of the node that this machine is.</param>
    /// <param name="options">How often.</param>
    /// <param name="time">Its clock.</param>
    /// <param name="log">Where it says, once, that it cannot send.</param>
    /// <param name="owners">Where it notes whose tasks are; null for nowhere.</param>
    /// <param name="more">Further sources, such as accelerators and energy.</param>
    public TelemetryPublisher(IGrainFactory grains, string node, TelemetryOptions options, TimeProvider time, ILogger<TelemetryPublisher> log, TaskOwners? owners,
        params IReadOnlyList<Func<SampleRow, ITelemetrySource>> more)
        : this(grains.GetGrain<ITelemetryGrain>(node), node, options, time, log,
            () => new(SystemRoot.Machine, time, new() { Variable = LaunchEnvironment.LeaseVariable, MostTasks = options.MostTasks, Owners = owners }, more))
    {
    }

    internal TelemetryPublisher(ITelemetryGrain grain, string node, TelemetryOptions options, TimeProvider time, ILogger log, Func<NodeTelemetry> open) =>
        (_grain, _node, _options, _time, _log, _open) = (grain, node, options, time, log, open);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!_options.Enabled) return;
        await Task.Yield();
        try
        {
            await RunAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the machine goes on; nobody looks
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogEnded(_log, _node, e); // a server is not stopped for want of telemetry
        }
    }

    private async Task RunAsync(CancellationToken cancel)
    {
        using var telemetry = _open();
        using var timer = new PeriodicTimer(_options.Every, _time);
        var batches = new TelemetryBatches(_options.TicksKept);
        var sent = _time.GetTimestamp();
        do
        {
            batches.Add(telemetry.Tick(), telemetry.Row);
            NodeMeters.Tell(_node, telemetry.Row);
            if (_time.GetElapsedTime(sent) < _options.PublishEvery) continue;
            sent = _time.GetTimestamp();
            await SendAsync(batches, cancel);
        }
        while (await timer.WaitForNextTickAsync(cancel));
    }

    private async Task SendAsync(TelemetryBatches batches, CancellationToken cancel)
    {
        while (batches.First is { } batch)
        {
            try
            {
                await _grain.Publish(batch).WaitAsync(CallTimeout, _time, cancel);
                batches.Taken();
                _complained = false;
            }
            catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
            {
                // the same batch may have arrived: its values go to where they were
                if (!_complained) LogNotSent(_log, _node, e.Message);
                _complained = true;
                return;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Node {Node}: sampling failed and has ended; tasks are not concerned")]
    private static partial void LogEnded(ILogger logger, string node, Exception error);

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node}: telemetry could not be sent, the last minutes of it are kept ({Reason})")]
    private static partial void LogNotSent(ILogger logger, string node, string reason);
}
