using System.Text.Json;
using Granary.Abstractions;
using Granary.Abstractions.Diagnostics;
using Granary.Abstractions.Json;
using Granary.Model;
using Granary.Rest.Http;

namespace Granary.Rest.Tasks;

/// <summary>Turns a submission's body into the pool's batch, or says which item is wrong and why.</summary>
internal static class TaskAdmission
{
    /// <summary>Items of one call. Each may stand for many tasks by its count.</summary>
    public const int MostItems = 10_000;

    private static readonly Dictionary<string, List<int>> NoNames = [];
    private static readonly TaskTerms NoTerms = new();
    private static readonly TaskSpec Standard = new() { Agent = "" };

    /// <param name="body">One task, or an object with <c>items</c>.</param>
    /// <param name="operationId">What makes a repeat of it a repeat.</param>
    /// <exception cref="GranaryException">Invalid.</exception>
    public static (string Pool, SubmitBatch Batch) Read(JsonElement body, string operationId)
    {
        if (body.ValueKind == JsonValueKind.Array)
            throw GranaryException.Invalid("the body is a list; send one task, or {\"items\": [...]}");
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("items", out _))
        {
            var one = RequestBody.Read(body, RestJson.Default.TaskRequest, "");
            return (PoolOf(one.Pool ?? TaskId.DefaultPool, "pool"), new(operationId, [Item([one], 0, alone: true, one.Pool ?? TaskId.DefaultPool, NoNames)]));
        }
        var request = RequestBody.Read(body, RestJson.Default.TaskBatchRequest, "");
        if (request.Items is not { Count: > 0 } items) throw GranaryException.Invalid("items: is empty; send at least one task");
        var pool = PoolOf(request.Pool ?? items[0]?.Pool ?? TaskId.DefaultPool, "pool");
        if (items.Count > MostItems)
            throw GranaryException.Invalid($"items: are {items.Count}; at most {MostItems} go in one call: send several, or an item with count");
        var names = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        var read = new SubmitItem[items.Count];
        for (var i = 0; i < read.Length; i++)
        {
            read[i] = Item(items, i, alone: false, pool, names);
            // only what comes later can wait for it
            if (items[i].Name is not { Length: > 0 } name) continue;
            if (!names.TryGetValue(name, out var places)) names[name] = places = [];
            places.Add(i);
        }
        return (pool, new(operationId, read));
    }

    private static string PoolOf(string pool, string path) =>
        Names.IsValid(pool) ? pool : throw GranaryException.Invalid($"{path}: {ShardNames.Outside(pool) ?? $"'{Text.Clip(pool)}' is no name of a pool; a name is {Names.Rule}"}");

    private static SubmitItem Item(IReadOnlyList<TaskRequest> items, int index, bool alone, string pool, Dictionary<string, List<int>> names)
    {
        var item = items[index] ?? throw GranaryException.Invalid($"items[{index}]: is null; leave it out");
        if (item.Pool is { } own && own != pool)
            throw GranaryException.Invalid($"{At("pool")}: is '{Text.Clip(own)}', but this call is for '{pool}'; send one call for each pool, so that each is all or nothing");
        TaskChecks.Check(item, At);
        var (after, afterItems) = Dependencies(items[index], names, At, pool);
        var spec = Spec(item, At);
        ActionRequest.Check(item, spec, At);
        return new(spec, item.Count ?? 1, after, afterItems);

        string At(string field) => alone ? field : $"items[{index}].{field}";
    }

    private static TaskSpec Spec(TaskRequest item, Func<string, string> at)
    {
        var spec = Standard;
        return spec with
        {
            Agent = item.Agent!,
            Name = item.Name ?? spec.Name,
            Command = item.Command?.Words ?? spec.Command,
            Handler = item.Handler ?? spec.Handler,
            Shell = item.Shell ?? item.Command?.Alone ?? spec.Shell,
            WorkingDirectory = item.Workdir ?? spec.WorkingDirectory,
            Environment = item.Env,
            Resources = item.Resources ?? spec.Resources,
            Priority = item.Priority ?? spec.Priority,
            Deadline = item.Deadline,
            Duration = item.Duration,
            TimeLimit = item.TimeLimit,
            Retries = item.Retries ?? spec.Retries,
            RetryBackoff = item.Backoff ?? spec.RetryBackoff,
            Labels = item.Labels,
            OnLoss = item.OnLoss ?? spec.OnLoss,
            KillGrace = item.KillGrace ?? spec.KillGrace,
            OutputLimitBytes = item.OutputLimit?.Bytes ?? spec.OutputLimitBytes,
            MayFail = item.MayFail ?? spec.MayFail,
            Terms = Terms(item, at),
        };
    }

    private static TaskTerms? Terms(TaskRequest item, Func<string, string> at)
    {
        var terms = new TaskTerms
        {
            Gang = item.Gang ?? false,
            WholeCores = item.WholeCores ?? false,
            NeverPreempted = item.NeverPreempted ?? false,
            CheckpointEvery = item.CheckpointEvery,
            Class = item.Class ?? "",
            Placement = item.Placement is { } placement ? placement.ToTerms(at("placement")) : null,
            Isolation = item.Isolation is { } isolation ? IsolationJson.Read(isolation, at("isolation")) : null,
            Trace = GranaryDiagnostics.Current,
            Action = ActionRequest.Of(item),
        };
        return terms == NoTerms ? null : terms;
    }

    /// <summary>Ids are tasks of the pool; anything else must be the name of an earlier item, so that there can be no cycle.</summary>
    private static (IReadOnlyList<TaskId>? Ids, IReadOnlyList<int>? Items) Dependencies(TaskRequest item, Dictionary<string, List<int>> names, Func<string, string> at, string pool)
    {
        List<TaskId>? ids = null;
        List<int>? earlier = null;
        if (item.After is null) return default;
        foreach (var word in item.After.Words)
        {
            if (IdText.TryParse(word, pool, out var id))
            {
                if (id.Pool != pool) throw GranaryException.Invalid($"{at("after")}: {id} is in another pool; a task can wait only for tasks of its own pool, '{pool}'");
                (ids ??= []).Add(id);
                continue;
            }
            if (!names.TryGetValue(word, out var places))
                throw GranaryException.Invalid($"{at("after")}: '{Text.Clip(word)}' is neither an id nor the name of an earlier item; put what comes first before it");
            (earlier ??= []).AddRange(places);
            if (earlier.Count > MostItems)
                throw GranaryException.Invalid($"{at("after")}: names more than {MostItems} earlier items; put one task between that waits for them");
        }
        return (ids, earlier);
    }
}
