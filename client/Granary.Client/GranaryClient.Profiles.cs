using Granary.Abstractions;
using Granary.Abstractions.Json;
using Granary.Model;

namespace Granary.Client;

public sealed partial class GranaryClient
{
    private const int ProfilePieceBytes = 512 * 1024;
    private static readonly TimeSpan ProfileWait = TimeSpan.FromSeconds(8);

    /// <summary>Has a node's agent profile a task that runs there.</summary>
    /// <returns>The profile in speedscope's JSON format, compressed by gzip.</returns>
    /// <exception cref="GranaryException">NotFound; Refused: it does not run, or the node takes no more profiles now.</exception>
    public Task<byte[]> ProfileTaskAsync(TaskId id, TimeSpan duration, string mode = "all", CancellationToken ct = default)
    {
        var grain = Cluster.GetGrain<ITaskGrain>(id.ToString());
        return TakeProfileAsync(grain.Profile, id.ToString(), new ProfileOrder(0, duration, mode), ct);
    }

    /// <summary>Has a node's agent profile its whole machine, or one process of it.</summary>
    /// <param name="pid">0 for the whole machine.</param>
    /// <inheritdoc cref="ProfileTaskAsync"/>
    public async Task<byte[]> ProfileNodeAsync(string node, TimeSpan duration, string mode = "all", int pid = 0, CancellationToken ct = default)
    {
        await RequireNodeAsync(node, ct);
        return await TakeProfileAsync(Cluster.GetGrain<INodeGrain>(node).Profile, "", new ProfileOrder(pid, duration, mode), ct);
    }

    /// <summary>Profiles that a node keeps, newest first.</summary>
    public async Task<IReadOnlyList<ProfileItem>> ProfilesAsync(string node, CancellationToken ct = default)
    {
        await RequireNodeAsync(node, ct);
        var grain = Cluster.GetGrain<INodeGrain>(node);
        return Succeeded(await _calls.CallAsync(() => grain.Profile(new ProfileQuestion("", List: true)), ct)).Items;
    }

    /// <summary>One of them.</summary>
    public async Task<byte[]> ReadProfileAsync(string node, string id, CancellationToken ct = default)
    {
        await RequireNodeAsync(node, ct);
        return await ReadProfileAsync(Cluster.GetGrain<INodeGrain>(node).Profile, "", id, ct);
    }

    /// <summary>Use, bottlenecks, predictions and suggestions: of a node, or of tasks on it.</summary>
    /// <exception cref="GranaryException">NotFound; Unavailable: the node's agent has told nothing.</exception>
    public async Task<IReadOnlyList<UseReportJson>> ReportAsync(string node, IReadOnlyList<TaskId> tasks, CancellationToken ct = default)
    {
        await RequireNodeAsync(node, ct);
        var grain = Cluster.GetGrain<IReportGrain>(node);
        string[] ids = [.. tasks.Select(t => t.ToString())];
        return UseReportJson.Decode(await _calls.CallAsync(() => grain.Report(ids), ct));
    }

    private async Task<byte[]> TakeProfileAsync(Func<ProfileQuestion, Task<ProfileAnswer>> ask, string task, ProfileOrder order, CancellationToken ct)
    {
        // a start that is repeated after a broken connection takes a second profile, which nobody reads: harmless, and bounded by the node
        var started = Succeeded(await _calls.CallAsync(() => ask(new ProfileQuestion(task, Start: order)), ct));
        return await ReadProfileAsync(ask, task, started.Id, ct);
    }

    private async Task<byte[]> ReadProfileAsync(Func<ProfileQuestion, Task<ProfileAnswer>> ask, string task, string id, CancellationToken ct)
    {
        using var whole = new MemoryStream();
        while (true)
        {
            var read = new ProfileRead(id, whole.Length, ProfilePieceBytes, ProfileWait);
            var answer = Succeeded(await _calls.CallAsync(() => ask(new ProfileQuestion(task, Read: read)), ct));
            if (answer.State == ProfileState.Running) continue; // the node has waited
            whole.Write(answer.Data);
            if (answer.Data.Length == 0 || whole.Length >= answer.Length) return whole.ToArray();
        }
    }

    private static ProfileAnswer Succeeded(ProfileAnswer answer) => answer.State != ProfileState.Failed ? answer : throw GranaryException.Refused(answer.Error);
}
