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
    private volatile IReadOnlyList<DeclaredResource> _declared;

    /// <summary>The node with the capacity it has and what it carries out at this moment.</summary>
    private NodeSpec NodeNow
    {
        get
        {
            var (declared, now) = (_declared, _time.GetUtcNow());
            if (declared.Count == 0) return _options.Node with { Labels = LabelsNow };
            var scheduled = DeclaredResource.Schedule(declared, now);
            return _options.Node with
            {
                Labels = LabelsNow,
                Capacity = DeclaredResource.AddTo(_options.Node.Capacity, declared, now),
                Traits = scheduled is null ? _options.Node.Traits : (_options.Node.Traits ?? new NodeTraits()) with { Scheduled = scheduled },
            };
        }
    }

    /// <summary>This agent's own declared resources and those that a fleet file declares for its node; its own go first.</summary>
    /// <returns>True when they are others than before.</returns>
    private bool Declare(string? byServer)
    {
        IReadOnlyList<DeclaredResource> more;
        try
        {
            more = DeclaredResource.Parse(byServer ?? "");
        }
        catch (GranaryException e)
        {
            // a time zone that the server has and this machine has not
            LogNotDeclared(_options.Node.Name, OneLine(e));
            return false;
        }
        IReadOnlyList<DeclaredResource> all = [.. _options.Declared, .. more.Where(m => _options.Declared.All(d => d.Name != m.Name))];
        if (all.Select(d => d.ToString()).SequenceEqual(_declared.Select(d => d.ToString()))) return false;
        _declared = all;
        return true;
    }

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
        await Joined.WaitAsync(cancel);
        while (true)
        {
            // a minute at most: a clock may be set meanwhile, and a server declare others
            var change = DeclaredResource.NextChange(_declared, _time.GetUtcNow()) - _time.GetUtcNow() ?? LookAtCalendarsEvery;
            await Task.Delay(change < LookAtCalendarsEvery ? change + TimeSpan.FromMilliseconds(10) : LookAtCalendarsEvery, _time, cancel);
            if (_told?.Capacity is { } told && told != NodeNow.Capacity)
                _touch.Lost(GranaryException.Unavailable($"node {_options.Node.Name}: its capacity changes with the calendar of a declared resource"));
        }
    }

    [LoggerMessage(LogLevel.Warning, "node {Node}: what the server declares for it cannot be followed here ({Why})")]
    private partial void LogNotDeclared(string node, string why);

    [LoggerMessage(LogLevel.Debug, "node {Node}: its inventory could not be told ({Why})")]
    private partial void LogInventoryNotTold(string node, string why);
}
