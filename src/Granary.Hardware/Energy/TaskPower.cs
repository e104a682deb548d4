using Granary.Model;

namespace Granary.Hardware.Energy;

/// <summary>Series of power for each task and agent beside their series of CPU, which come and go. A tick in which none does allocates nothing.</summary>
internal sealed class TaskPower(SampleRow row, TaskOwners owners)
{
    private const string Prefix = "task.cpu/";
    private readonly List<Task> _tasks = [];
    private readonly SortedDictionary<string, Agent> _agents = new(StringComparer.Ordinal);
    private int _version = -1;

    /// <summary>Notices tasks that came and went.</summary>
    public void Follow(SampleRow _)
    {
        if (row.Version == _version) return;
        for (var i = _tasks.Count - 1; i >= 0; i--)
        {
            var task = _tasks[i];
            if (row.Names[task.Cpu] == task.CpuName) continue;
            row.Remove(task.Watts);
            if (--task.Owner.Tasks == 0) Drop(task.Owner);
            _tasks.RemoveAt(i);
        }
        for (var place = 0; place < row.Count; place++)
            if (row.Names[place] is { } name && name.StartsWith(Prefix, StringComparison.Ordinal) && !_tasks.Exists(t => t.Cpu == place)) Add(place, name);
        _version = row.Version;
    }

    /// <summary>Gives tasks and agents their part.</summary>
    /// <returns>Watts of all tasks.</returns>
    public double Share(SampleRow into, double dynamicWatts, double busyCores)
    {
        double cores = 0;
        foreach (var task in _tasks)
            if (into.Values[task.Cpu] is > 0 and var used) cores += used;
        var each = PowerShares.WattsPerCore(dynamicWatts, busyCores, cores);
        foreach (var (_, agent) in _agents) agent.Cores = 0;
        foreach (var task in _tasks)
        {
            var used = into.Values[task.Cpu];
            if (!double.IsFinite(used)) continue; // the first tick of a task
            into.Set(task.Watts, used * each, ReadingSource.Estimated);
            task.Owner.Cores += used;
        }
        foreach (var (_, agent) in _agents)
        {
            into.Set(agent.Cpu, agent.Cores, ReadingSource.Estimated);
            into.Set(agent.Watts, agent.Cores * each, ReadingSource.Estimated);
        }
        return cores * each;
    }

    private void Add(int place, string name)
    {
        var id = name[Prefix.Length..];
        var owner = owners.Of(id) ?? "-";
        if (!_agents.TryGetValue(owner, out var agent))
            _agents[owner] = agent = new() { Name = owner, Cpu = row.Add($"agent.cpu/{owner}"), Watts = row.Add($"agent.power/{owner}") };
        agent.Tasks++;
        _tasks.Add(new() { Cpu = place, CpuName = name, Watts = row.Add($"task.power/{id}"), Owner = agent });
    }

    private void Drop(Agent agent)
    {
        row.Remove(agent.Cpu);
        row.Remove(agent.Watts);
        _agents.Remove(agent.Name);
    }

    private sealed class Task
    {
        public required int Cpu { get; init; }
        public required string CpuName { get; init; }
        public required int Watts { get; init; }
        public required Agent Owner { get; init; }
    }

    private sealed class Agent
    {
        public required string Name { get; init; }
        public required int Cpu { get; init; }
        public required int Watts { get; init; }
        public int Tasks;
        public double Cores;
    }
}
