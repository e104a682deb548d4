using System.Globalization;
using Granary.Abstractions;
using Granary.EmbeddedHost.Simulation;
using Granary.Model;
using Orleans.Runtime;

namespace Granary.Faults;

/// <summary>What one operation was told, or not.</summary>
internal sealed record Operation(string Id, string Pool, int Count)
{
    /// <summary>Number of its first task once it was acknowledged; null for one that was given up.</summary>
    public long? First { get; set; }
}

/// <summary>A client: submits, repeats what was not acknowledged, cancels now and then.</summary>
internal sealed class Submitter
{
    private readonly World _world;
    private readonly string _name;
    private readonly int _operations;
    private readonly SimulationProcess _process;
    private readonly Link _link;

    public Submitter(World world, string name, int operations)
    {
        _world = world;
        _name = name;
        _operations = operations;
        _process = new SimulationProcess(world.Simulation);
        _link = new Link(world, name);
    }

    public List<Operation> Operations { get; } = [];

    public HashSet<TaskId> Cancelled { get; } = [];

    public bool Done { get; private set; }

    public void Start() => _process.Run(() => _ = RunAsync());

    private async Task RunAsync()
    {
        try
        {
            for (var i = 0; i < _operations; i++)
            {
                await Task.Delay(_world.Between(0, 5000), _process.Time);
                await SubmitAsync(i);
                if (_world.Chance(0.15)) await CancelAsync();
            }
        }
        catch (Exception e)
        {
            _world.Ledger.Violate($"crash: client {_name} failed: {e}");
        }
        Done = true;
    }

    private async Task SubmitAsync(int number)
    {
        var id = $"{_name}-{number}";
        var pool = _world.Pools[_world.Draw(_world.Pools.Count)];
        var operation = new Operation(id, pool, _world.Draw(5) == 0 ? 4 : 1 + _world.Draw(2));
        Operations.Add(operation);
        var after = Operations.LastOrDefault(o => o.First is not null && o.Pool == pool) is { } before && _world.Chance(0.2)
            ? new[] { new TaskId(pool, before.First!.Value) }
            : null;
        var batch = new SubmitBatch(id, [new SubmitItem(Spec(id), operation.Count, after)]);
        var givesUp = _world.Chance(0.1);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var reply = await _link.CallAsync(_process, g => g.GetGrain<IPoolGrain>(pool).Submit(batch));
                if (reply.Count != operation.Count) _world.Ledger.Violate($"submit: {id} of {operation.Count} was answered with {reply.Count}");
                operation.First = reply.First;
                _world.Story.Tell($"{id} is acknowledged as {pool}/{reply.First}+{reply.Count}");
                return;
            }
            catch (Exception e) when (Again(e))
            {
                if (givesUp && attempt == 2) return;
                await Task.Delay(_world.Between(50, 1000), _process.Time);
            }
        }
    }

    private async Task CancelAsync()
    {
        if (Operations.Where(o => o.First is not null).ToList() is not { Count: > 0 } known) return;
        var chosen = known[_world.Draw(known.Count)];
        var task = new TaskId(chosen.Pool, chosen.First!.Value);
        Cancelled.Add(task);
        try
        {
            await _link.CallAsync(_process, g => g.GetGrain<IPoolGrain>(chosen.Pool).Cancel(new CancelRequest([task.Number], "changed my mind")));
        }
        catch (Exception e) when (Again(e))
        {
            // it may or may not have been heard
        }
    }

    /// <summary>What clients ask again after: the outcome is unknown, or the server says to come back.</summary>
    public static bool Again(Exception e) => e is SiloUnavailableException or TimeoutException or GranaryException { Code: ErrorCode.Unavailable or ErrorCode.NotFound };

    private TaskSpec Spec(string id) => new()
    {
        Agent = $"agent-{_world.Draw(3)}",
        Name = id,
        Command = ["work"],
        Resources = new ResourceSet { CpuMilli = 250 * (1 + _world.Draw(6)), MemoryMiB = 64 * (1 + _world.Draw(4)) },
        Priority = _world.Draw(6) == 0 ? 5 : 0,
        Duration = _world.Draw(3) == 0 ? TimeSpan.FromSeconds(3) : null,
        Deadline = _world.Draw(10) == 0 ? TimeSpan.FromSeconds(60) : null,
        Retries = _world.Draw(4),
        RetryBackoff = TimeSpan.FromMilliseconds(100),
        KillGrace = TimeSpan.FromSeconds(1),
        Labels = new Dictionary<string, string>
        {
            ["ms"] = (50 + _world.Draw(_world.Draw(4) == 0 ? 15_000 : 3_000)).ToString(CultureInfo.InvariantCulture),
            ["fail"] = (_world.Draw(3) == 0 ? _world.Draw(4) : 0).ToString(CultureInfo.InvariantCulture),
        },
    };
}
