using Granary.Model;
using Orleans;
using Orleans.Concurrency;

namespace Granary.Abstractions;

/// <summary>Partitioned work (key: its id): submits its partitions to its pool as tasks, and counts each result once. Durable.</summary>
[Alias("Granary.IDistributedWorkGrain")]
public interface IDistributedWorkGrain : IGrainWithStringKey
{
    /// <summary>Begins; returns once that is durable. Repeating it with the same spec changes nothing.</summary>
    /// <exception cref="GranaryException">Invalid when the spec is; Refused when the id stands for other work.</exception>
    [Alias("Distribute")]
    Task<WorkView> Distribute(WorkSpec spec);

    /// <summary>How far it is.</summary>
    /// <exception cref="GranaryException">NotFound.</exception>
    [Alias("Monitor"), AlwaysInterleave]
    Task<WorkView> Monitor();

    /// <summary>Its partitions in the order of stages and numbers, from the <paramref name="from"/>-th on, at most 10,000.</summary>
    [Alias("Partitions"), AlwaysInterleave]
    Task<IReadOnlyList<PartitionView>> Partitions(int from, int count);

    /// <summary>Ends it and stops its tasks; returns once that is durable. What has ended stays as it is.</summary>
    [Alias("Cancel"), AlwaysInterleave]
    Task<WorkView> Cancel(string reason);

    /// <summary>From the list of work: go on, if there is something to go on with. False when there is not.</summary>
    [Alias("Wake"), AlwaysInterleave]
    Task<bool> Wake();

    /// <summary>From the list of work: it is listed no more, and nothing of it is kept. Work that has not ended stays.</summary>
    [Alias("Forget")]
    Task Forget();
}

/// <summary>Which work there is (one grain, key <see cref="Key"/>): what runs, and the last that ended. Durable.</summary>
[Alias("Granary.IWorkListGrain")]
public interface IWorkListGrain : IGrainWithStringKey
{
    const string Key = "granary";

    /// <summary>Newest first.</summary>
    [Alias("List"), AlwaysInterleave]
    Task<IReadOnlyList<WorkEntry>> List();

    /// <summary>From work that begins: it is to be woken until it has ended.</summary>
    [Alias("Add")]
    Task Add(WorkEntry entry);

    /// <summary>From work that has ended and has nothing left to stop.</summary>
    [Alias("Ended"), AlwaysInterleave]
    Task Ended(string id);

    /// <summary>From the server, now and again: wakes what runs.</summary>
    [Alias("Wake")]
    Task Wake();
}

/// <summary>One entry of the list of work.</summary>
[GenerateSerializer, Immutable, Alias("Granary.WorkEntry")]
public sealed record WorkEntry(
    [property: Id(0)] string Id,
    [property: Id(1)] string Name,
    [property: Id(2)] string Agent,
    [property: Id(3)] string Pool,
    [property: Id(4)] DateTimeOffset Created,
    [property: Id(5)] bool Ended);
