using Granary.Abstractions;
using Granary.Distribution;
using Granary.Distribution.Commands;
using Granary.Distribution.Jobs;
using Granary.Model;
using Granary.Scheduling;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace Granary.Grains.Work;

/// <summary>
/// Hosts one <see cref="WorkJob"/>: tells it what the pool and the nodes say, keeps its state, then submits and stops what it wants. Nothing is submitted before the plan of it is durable,
/// and every submission carries an operation id, so that this may die at any moment.
/// </summary>
public sealed partial class DistributedWorkGrain(
    [PersistentState("work", DistributedWorkGrain.StorageName)] IPersistentState<WorkSpecState> spec,
    [PersistentState("work-progress", DistributedWorkGrain.StorageName)] IPersistentState<WorkProgressState> progress,
    IGrainFactory grains,
    TimeProvider clock,
    ILogger<DistributedWorkGrain> log) : Grain, IDistributedWorkGrain
{
    public const string StorageName = "granary";

    private const int MostPartitionsListed = 10_000;

    private WorkJob? _job;
    private IGrainTimer? _rounds;
    private TaskCompletionSource _signal = new();
    private TaskCompletionSource? _kept;
    private string _note = "";

    private string Id => this.GetPrimaryKeyString();

    private long Now => Clock.ToMicros(clock.GetUtcNow());

    private IPoolGrain Pool => grains.GetGrain<IPoolGrain>(_job!.Spec.Pool);

    private IWorkListGrain WorkList => grains.GetGrain<IWorkListGrain>(IWorkListGrain.Key);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (spec.State.Spec is not null) Begin();
        return Task.CompletedTask;
    }

    public async Task<WorkView> Distribute(WorkSpec asked)
    {
        if (!Names.IsValid(Id) || Id.Length > 40) throw GranaryException.Invalid($"'{Id}' is no id of work; use {Names.Rule}, and at most 40");
        if (spec.State.Spec is { } known)
            return Same(known, asked) ? await Monitor() : throw GranaryException.Refused($"{Id} is other work already; choose another id");
        WorkRules.Check(asked);
        await CheckPoolAsync(asked);
        var now = clock.GetUtcNow();
        await WorkList.Add(new WorkEntry(Id, asked.Name, asked.Agent, asked.Pool, now, false));
        (spec.State.Spec, spec.State.Created) = (asked, now);
        await spec.WriteOrReadAgainAsync();
        Begin();
        return await Monitor();
    }

    public Task<WorkView> Monitor() => Task.FromResult(Known().View(Now, _note));

    public Task<IReadOnlyList<PartitionView>> Partitions(int from, int count)
    {
        if (from < 0 || count is < 1 or > MostPartitionsListed) throw GranaryException.Invalid($"a page begins at 0 or later and has 1 to {MostPartitionsListed} partitions, not {count} from {from}");
        return Task.FromResult(Known().Partitions(from, count));
    }

    public async Task<WorkView> Cancel(string reason)
    {
        var job = Known();
        if (job.State != WorkState.Running) return job.View(Now);
        job.Cancel(reason.Length == 0 ? "cancelled by request" : reason, Now);
        var kept = _kept ??= new TaskCompletionSource();
        _signal.TrySetResult();
        await kept.Task;
        return job.View(Now);
    }

    public Task<bool> Wake() => Task.FromResult(_job is { IsOver: false });

    public async Task Forget()
    {
        if (_job is { IsOver: false }) return;
        await progress.ClearStateAsync();
        await spec.ClearStateAsync();
        DeactivateOnIdle();
    }

    private WorkJob Known()
    {
        if (_job is not null) return _job;
        DeactivateOnIdle();
        throw GranaryException.NotFound($"no work {Id}; 'granary work' lists what there is");
    }

    private void Begin()
    {
        _job = progress.State.Snapshot is { } kept ? new WorkJob(Id, spec.State.Spec!, kept) : new WorkJob(Id, spec.State.Spec!, Clock.ToMicros(spec.State.Created));
        _rounds = this.RegisterGrainTimer(RoundAsync, new GrainTimerCreationOptions(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(10)) { KeepAlive = true, Interleave = true });
    }

    /// <summary>What the pool would never take is refused at once.</summary>
    private async Task CheckPoolAsync(WorkSpec asked)
    {
        if (!(await grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).Pools()).Contains(asked.Pool))
            throw GranaryException.NotFound($"no pool is named '{asked.Pool}'; 'granary pools' lists them");
        for (var s = 0; s < asked.Stages.Count; s++)
        {
            var sample = BatchCommand.Task(Id, asked, new Batch { Number = 1, Stage = s, Partitions = [0] });
            // a node that is yet to join may be the right one for its data
            var answer = await grains.GetGrain<IPoolGrain>(asked.Pool).WhatIfSubmit(new SubmitItem(sample));
            if (!answer.Admitted) throw GranaryException.Refused($"stage {asked.Stages[s].Name}: {answer.Refusal}");
        }
    }

    private static bool Same(WorkSpec a, WorkSpec b) => (a.Agent, a.Pool, a.Name, a.Policy) == (b.Agent, b.Pool, b.Name, b.Policy) && a.Stages.Count == b.Stages.Count
        && a.Stages.Zip(b.Stages).All(s => s.First.Name == s.Second.Name && s.First.Partitions.Count == s.Second.Partitions.Count && s.First.Task.Command.SequenceEqual(s.Second.Task.Command)
            && s.First.Task.Resources == s.Second.Task.Resources && s.First.After.SequenceEqual(s.Second.After) && s.First.Output == s.Second.Output
            && s.First.Partitions.Zip(s.Second.Partitions).All(p => p.First.Inputs.SequenceEqual(p.Second.Inputs) && p.First.Offset == p.Second.Offset));
}
