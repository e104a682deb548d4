using Granary.Abstractions;
using Granary.Hardware.Energy.Controls;
using Granary.Model;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Granary.Execution.Energy;

/// <summary>
/// Asks every few seconds what this machine's processors should be set to, and sees to it. Whatever was changed is put back when the server wants it, when it has not answered
/// for a minute, when the agent stops, and, after a crash, when the next one starts.
/// </summary>
public sealed partial class PowerOrders : BackgroundService
{
    /// <summary>How often it asks: 10 s.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    /// <summary>Without an answer for this long the machine is restored: 60 s.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromSeconds(60);

    private readonly IEnergyGrain _grain;
    private readonly string _node;
    private readonly PowerControls _controls;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly bool _allowed;
    private PowerSetting? _set;
    private string _refused = "";
    private string _stays = "";
    private volatile int _notMade;

    /// <param name="grains">The server.</param>
    /// <param name="node">Name of the node that this machine is.</param>
    /// <param name="controls">Of this machine.</param>
    /// <param name="allowed">Whether anything may be changed; what an earlier agent left is put back in any case.</param>
    /// <param name="time">Its clock.</param>
    /// <param name="log">Where it says what it changed.</param>
    public PowerOrders(IGrainFactory grains, string node, PowerControls controls, bool allowed, TimeProvider time, ILogger<PowerOrders> log)
        : this(grains.GetGrain<IEnergyGrain>(IEnergyGrain.Key), node, controls, allowed, time, log)
    {
    }

    internal PowerOrders(IEnergyGrain grain, string node, PowerControls controls, bool allowed, TimeProvider time, ILogger log) =>
        (_grain, _node, _controls, _allowed, _time, _log) = (grain, node, controls, allowed, time, log);

    /// <summary>Settings that a plan wants and that could not be made, or that could not be put back; 0 when all is as it should be.</summary>
    public int NotMade => _notMade;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        Restore("an earlier agent left it changed");
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        Restore("the agent stops");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!_allowed) return;
        await Task.Yield();
        using var timer = new PeriodicTimer(Every, _time);
        var answered = _time.GetTimestamp();
        try
        {
            do
            {
                try
                {
                    var wanted = await _grain.Order(_node, _controls.Read(), _refused).WaitAsync(Every, _time, stoppingToken);
                    answered = _time.GetTimestamp();
                    Follow(wanted);
                }
                catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
                {
                    if (_set is not null && _time.GetElapsedTime(answered) >= Lasts) Restore("the server does not answer");
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the stop restores
        }
    }

    private void Follow(PowerSetting? wanted)
    {
        if (wanted is null)
        {
            Restore("its plan has ended");
            return;
        }
        // again and again: something else may have changed it meanwhile
        var outcome = _controls.Apply(wanted);
        if (outcome.Changed > 0 || outcome.Refused != _refused) LogChanged(_log, _node, outcome.Changed, outcome.Refused.Length > 0 ? $"; refused: {outcome.Refused}" : "");
        (_set, _refused, _stays, _notMade) = (wanted, outcome.Refused, "", outcome.NotMade);
    }

    private void Restore(string why)
    {
        try
        {
            var outcome = _controls.Restore();
            // a core that stays offline is tried again for as long as that takes, and told of once
            if (outcome.Changed > 0 || (outcome.Refused.Length > 0 && outcome.Refused != _stays)) LogRestored(_log, _node, why, outcome.Changed, outcome.Refused.Length > 0 ? $"; refused: {outcome.Refused}" : "");
            (_set, _refused, _stays, _notMade) = (null, "", outcome.Refused, outcome.NotMade);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogRestored(_log, _node, why, 0, $"; {e.Message}");
        }
    }

    [LoggerMessage(1, LogLevel.Information, "node {Node}: {Changed} settings of its processors were changed to save energy{Refused}")]
    private static partial void LogChanged(ILogger logger, string node, int changed, string refused);

    [LoggerMessage(2, LogLevel.Information, "node {Node}: {Why}: {Changed} settings of its processors were put back{Refused}")]
    private static partial void LogRestored(ILogger logger, string node, string why, int changed, string refused);
}
