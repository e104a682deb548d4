namespace Granary.Hardware.Energy;

/// <summary>Whose the tasks are that run here, by the id in their telemetry. Filled by who finds the tasks; for one thread.</summary>
public sealed class TaskOwners
{
    private readonly Dictionary<string, string> _agents = new(StringComparer.Ordinal);

    /// <summary>The agent of a task (<c>pool/number</c>); null when unknown.</summary>
    public string? Of(string task) => _agents.GetValueOrDefault(task);

    public void Add(string task, string agent) => _agents[task] = agent;

    public void Remove(string task) => _agents.Remove(task);
}
