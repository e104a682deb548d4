using Granary.Abstractions;
using Granary.Model;

namespace Granary.Client;

/// <summary>A part of what runs, for <see cref="GranaryClient.ProfileModuleAsync"/>: a task, an agent, or a service.</summary>
public sealed record ProfiledModule
{
    private ProfiledModule()
    {
    }

    internal TaskId? Task { get; private init; }

    private string Agent { get; init; } = "";

    private string Service { get; init; } = "";

    public static ProfiledModule OfTask(TaskId task) => new() { Task = task };

    public static ProfiledModule OfAgent(string agent) => new() { Agent = Named(agent, "an agent") };

    /// <summary>Tasks of that name, or with that label <c>service</c>.</summary>
    public static ProfiledModule OfService(string service) => new() { Service = Named(service, "a service") };

    internal IReadOnlyList<TaskQuery> Queries(int most) => Agent.Length > 0
        ? [new() { Agent = Agent, States = [TaskState.Running], Limit = most }]
        : [new() { Name = Service, States = [TaskState.Running], Limit = most }, new() { Labels = new Dictionary<string, string> { ["service"] = Service }, States = [TaskState.Running], Limit = most }];

    public override string ToString() => Task is { } task ? $"task {task}" : Agent.Length > 0 ? $"agent '{Agent}'" : $"service '{Service}'";

    private static string Named(string name, string what) => !string.IsNullOrWhiteSpace(name) ? name : throw GranaryException.Invalid($"{what} has a name; this one is empty");
}
