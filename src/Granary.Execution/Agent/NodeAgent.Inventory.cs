using Granary.Abstractions.Json;
using Granary.Model;
using Microsoft.Extensions.Logging;

namespace Granary.Execution;

/// <summary>What the machine is made of, told after every join and now and then; and capacity that follows calendars.</summary>
public sealed partial class NodeAgent
{
    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstBaseline = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan TellInventoryEvery = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan LookAtCalendarsEvery = TimeSpan.FromMinutes(1);

    private volatile bool _inventoryDue = true;
    private volatile NodeSpec? _told;

    /// <summary>The node with the capacity it has at this moment.</summary>
    private NodeSpec NodeNow => _options.Declared.Count == 0
        ? _options.Node
        : _options.Node with { Capacity = DeclaredResource.AddTo(_options.Node.Capacity, _options.Declared, _time.GetUtcNow()) };

    private async Task TellInventory(CancellationToken cancel)
    {
        if (_options.Machine is not { } machine) return;
        await Joined.WaitAsync(cancel);
        var began = _time.GetTimestamp();
        var last = began;
        var hadBaseline = false;
        while (true)
        {
            // a server that was restarted knows nothing of the machine, and a baseline is worth telling as soon as there is one
            var baseline = !hadBaseline && _time.GetElapsedTime(began) >= FirstBaseline;
            if (_inventoryDue || baseline || _time.GetElapsedTime(last) >= TellInventoryEvery)
            {
                _inventoryDue = false;
                hadBaseline |= baseline;
                last = _time.GetTimestamp();
                try
                {
                    // it reads thousands of files on a large machine
                    var inventory = await Task.Run(() => InventoryJson.Encode(machine.Read()), cancel);
                    await _node.TakeInventory(_session, inventory).WaitAsync(_options.CallTimeout, _time, cancel);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // nothing depends on it: the next join or the next time tells it again
                    LogInventoryNotTold(_options.Node.Name, OneLine(e));
                }
            }
            await Task.Delay(SampleEvery, _time, cancel);
            machine.Sample();
        }
    }

    /// <summary>Joins again when a calendar has changed what is there: a join is how a server learns of a capacity.</summary>
    private async Task FollowCalendars(CancellationToken cancel)
    {
        if (_options.Declared.All(d => d.Calendar is null)) return;
        await Joined.WaitAsync(cancel);
        while (true)
        {
            // a minute at most: a clock may be set meanwhile
            var change = DeclaredResource.NextChange(_options.Declared, _time.GetUtcNow()) - _time.GetUtcNow() ?? LookAtCalendarsEvery;
            await Task.Delay(change < LookAtCalendarsEvery ? change + TimeSpan.FromMilliseconds(10) : LookAtCalendarsEvery, _time, cancel);
            if (_told?.Capacity is { } told && told != NodeNow.Capacity)
                _touch.Lost(GranaryException.Unavailable($"node {_options.Node.Name}: its capacity changes with the calendar of a declared resource"));
        }
    }

    [LoggerMessage(LogLevel.Debug, "node {Node}: its inventory could not be told ({Why})")]
    private partial void LogInventoryNotTold(string node, string why);
}
