using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Model;
using Granary.Rest.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Rest.Profiling;

/// <summary>What is to be looked at: a machine, or a module of what runs.</summary>
internal sealed record ProfileRequest
{
    /// <summary><c>system</c>: nodes. <c>module</c>: a task, an agent's tasks, or a service: tasks of that name, or with the label <c>service</c>.</summary>
    public string? ProfileType { get; init; }

    /// <summary>For a system: this one; all of them when not given.</summary>
    public string? Node { get; init; }

    public string? Task { get; init; }

    public string? Agent { get; init; }

    public string? Service { get; init; }

    /// <summary>Take a profile of this long too, 100 ms to 60 s: of one node or one task. None when not given.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary><c>cpu</c>, <c>memory</c>, <c>io</c> or <c>all</c>, which is the default.</summary>
    public string? Mode { get; init; }
}

/// <param name="Reports">One for each node or task: current use, bottlenecks, predictions 30 minutes ahead, suggestions.</param>
/// <param name="Profile">Null when none was asked for.</param>
internal sealed record ProfileReply(string ProfileType, IReadOnlyList<UseReportJson> Reports, TakenProfileJson? Profile);

/// <param name="Hot">Functions that took most, by themselves.</param>
/// <param name="Bottlenecks">That the profile shows; each with what would help.</param>
/// <param name="Notes">How it was measured, and what is missing.</param>
internal sealed record TakenProfileJson(string Id, string Target, double DurationS, IReadOnlyList<HotFunctionJson> Hot, IReadOnlyList<FoundJson> Bottlenecks, IReadOnlyList<string> Notes);

internal sealed record HotFunctionJson(string Track, string Function, string Module, double Share);

internal sealed record FoundJson(string Kind, string Severity, string What, string Suggestion, IReadOnlyList<EvidenceJson> Evidence);

/// <summary><c>POST /resources/profile</c>.</summary>
internal static class ProfileEndpoints
{
    private const int MostTasks = 100;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/resources/profile", Post).Reads(400, 403, 404, 409, 415).Produces<ProfileReply>().Accepts<ProfileRequest>("application/json")
            .Describe("ProfileResources", "Profile nodes, or a task, an agent or a service", "Current use, bottlenecks with evidence, predictions 30 minutes ahead and suggestions, from telemetry; with duration also a profile, taken now.");

    private static async Task<ProfileReply> Post(HttpContext context, Cluster cluster)
    {
        _ = new QueryReader(context.Request);
        var request = await RequestBody.Read(context, RestJson.Default.ProfileRequest);
        if (request.Duration is { } span && (span < TimeSpan.FromMilliseconds(100) || span > Longest)) throw GranaryException.Invalid($"duration: expected 100ms to {Longest.TotalSeconds:0}s; longer profiles are taken with 'granary profile'");
        return request.ProfileType switch
        {
            "system" => await System(cluster, request, context.RequestAborted),
            "module" => await Module(cluster, request, context.RequestAborted),
            null => throw GranaryException.Invalid("profile_type: is missing; it can be system or module"),
            var other => throw GranaryException.Invalid($"profile_type: expected system or module, found '{Text.Clip(other)}'"),
        };
    }

    private static async Task<ProfileReply> System(Cluster cluster, ProfileRequest request, CancellationToken cancel)
    {
        if ((request.Task ?? request.Agent ?? request.Service) is not null) throw GranaryException.Invalid("task, agent and service are of a module; write profile_type module");
        if (request.Node is { } one)
        {
            var node = await cluster.KnownNode(one);
            var taken = request.Duration is { } span ? await ProfileCalls.Take(node.Profile, "", new(0, span, request.Mode ?? "all"), cancel) : null;
            return new("system", UseReportJson.Decode(await cluster.ReportOf(one).Report([])), taken);
        }
        if (request.Duration is not null) throw GranaryException.Invalid("duration: a profile is of one node; name it in node");
        var reports = new List<UseReportJson>();
        foreach (var name in await cluster.NodeNames()) reports.AddRange(await Known(() => cluster.ReportOf(name).Report([])));
        return new("system", reports, null);
    }

    private static async Task<ProfileReply> Module(Cluster cluster, ProfileRequest request, CancellationToken cancel)
    {
        string?[] named = [request.Task, request.Agent, request.Service];
        if (named.Count(n => n is not null) != 1 || named.Contains("") || request.Node is not null) throw GranaryException.Invalid("a module is one of task, agent and service; name exactly one of them, and no node");
        if (request.Task is { } text)
        {
            if (!TaskId.TryParse(text, out var id)) throw GranaryException.Invalid($"task: '{Text.Clip(text)}' is no task id; write pool/number");
            _ = await cluster.KnownPool(id.Pool);
            var view = await cluster.TaskOf(id).Status();
            if (view.State != TaskState.Running) throw GranaryException.Refused($"task {id} does not run ({view.State}): only what runs can be profiled");
            var taken = request.Duration is { } span ? await ProfileCalls.Take(cluster.TaskOf(id).Profile, id.ToString(), new(0, span, request.Mode ?? "all"), cancel) : null;
            return new("module", UseReportJson.Decode(await cluster.ReportOf(view.Node).Report([id.ToString()])), taken);
        }
        if (request.Duration is not null) throw GranaryException.Invalid("duration: a profile is of one task; name it in task");
        var tasks = await Running(cluster, request);
        if (tasks.Count == 0) throw GranaryException.NotFound(request.Agent is { } agent ? $"agent '{Text.Clip(agent)}' has no running task" : $"no running task is named '{Text.Clip(request.Service!)}' or has the label service={Text.Clip(request.Service!)}");
        var reports = new List<UseReportJson>();
        foreach (var group in tasks.Take(MostTasks).GroupBy(t => t.Node)) reports.AddRange(await Known(() => cluster.ReportOf(group.Key).Report([.. group.Select(t => t.Id.ToString())])));
        return new("module", reports, null);
    }

    private static async Task<List<TaskView>> Running(Cluster cluster, ProfileRequest request)
    {
        var found = new Dictionary<TaskId, TaskView>();
        IReadOnlyList<TaskQuery> queries = request.Agent is { } agent
            ? [new() { Agent = agent, States = [TaskState.Running], Limit = MostTasks }]
            : [new() { Name = request.Service!, States = [TaskState.Running], Limit = MostTasks }, new() { Labels = new Dictionary<string, string> { ["service"] = request.Service! }, States = [TaskState.Running], Limit = MostTasks }];
        foreach (var pool in await cluster.PoolNames())
            foreach (var query in queries)
                foreach (var task in (await cluster.Pool(pool).List(query)).Tasks)
                    if (task.Node.Length > 0) found.TryAdd(task.Id, task);
        return [.. found.Values];
    }

    // a node that has told nothing has no report
    private static async Task<IReadOnlyList<UseReportJson>> Known(Func<Task<byte[]>> report)
    {
        try
        {
            return UseReportJson.Decode(await report());
        }
        catch (GranaryException e) when (e.Code == ErrorCode.Unavailable)
        {
            return [];
        }
    }
}
