using Granary.Model;
using Granary.Scheduling.Journal;
using Granary.Scheduling.Learning;
using Granary.Scheduling.State;

namespace Granary.Scheduling;

public sealed partial class PoolScheduler
{
    private readonly Dictionary<string, int> _classes = new(StringComparer.Ordinal);

    internal RunTimeModel RunTimes { get; } = new();

    /// <summary>Run times are learned where they can differ or something asks for them: elsewhere they would cost and say nothing.</summary>
    private bool Learns => _classes.Count > 1 || _scorer is { AsksRunTimes: true };

    /// <summary>Before a node is declared, anew or for the first time.</summary>
    private void CountClass(NodeEntry node, NodeSpec after)
    {
        var (old, name) = (RunTimeModel.ClassOf(node.Spec.Traits), RunTimeModel.ClassOf(after.Traits));
        if (node.ClassCounted && old == name) return;
        if (node.ClassCounted && --_classes[old] == 0) _classes.Remove(old);
        node.ClassCounted = true;
        _classes[name] = _classes.GetValueOrDefault(name) + 1;
    }

    private void Learn(TaskEntry task, long at)
    {
        if (!Learns || task.StartedAt == 0) return;
        var spec = task.Item.Spec;
        var ran = Math.Max(1, at - task.StartedAt) / (double)Clock.Second;
        var over = spec.Duration is { } declared && declared > TimeSpan.Zero ? declared.TotalSeconds : 1;
        RunTimes.Observe(RunClass.Of(spec), task.Node!.Spec.Traits, Math.Log(ran / over));
    }

    /// <summary>How long a task is predicted to run on machines with these traits, seconds, and the least that it may well be.</summary>
    private (double Seconds, double Hope) RunSeconds(ItemEntry item, NodeTraits? traits)
    {
        var estimate = item.Estimate / (double)Clock.Second;
        if (!Learns)
        {
            var seconds = traits is { Speed: > 0 } ? estimate / traits.Speed : estimate;
            return (seconds, seconds);
        }
        var declared = item.Spec.Duration is { } duration && duration > TimeSpan.Zero ? duration.TotalSeconds : 0;
        var prediction = RunTimes.Predict(RunClass.Of(item.Spec), traits, declared > 0 ? 0 : Math.Log(estimate));
        var scale = declared > 0 ? declared : 1;
        return (scale * Math.Exp(prediction.Mean), scale * Math.Exp(prediction.Hope));
    }

    private void WriteLearning(ref JournalWriter w)
    {
        w.Unsigned((ulong)RunTimes.NodeClasses.Count);
        for (var i = 0; i < RunTimes.NodeClasses.Count; i++)
        {
            w.Text(RunTimes.NodeClasses[i]);
            w.Double(RunTimes.SlownessOf[i].Mean);
            w.Double(RunTimes.SlownessOf[i].Weight);
        }
        var tasks = RunTimes.Tasks.ToArray();
        w.Unsigned((ulong)tasks.Length);
        foreach (var (key, model) in tasks)
        {
            w.Text(key.Agent);
            w.Text(key.Name);
            w.Flag(key.Declared);
            w.Number(model.Runs);
            w.Number(model.UpdatedAt);
            w.Unsigned((ulong)model.Pairs.Length);
            foreach (var pair in model.Pairs)
            {
                w.Double(pair.Runs);
                w.Double(pair.Mean);
                w.Double(pair.Squares);
            }
        }
    }

    private void ReadLearning(ref JournalReader r)
    {
        for (var classes = r.Count(); classes > 0; classes--) RunTimes.RestoreNodeClass(r.Text(), new Slowness(r.Double(), r.Double()));
        for (var tasks = r.Count(); tasks > 0; tasks--)
        {
            var key = new RunClass(r.Text(), r.Text(), r.Flag());
            var model = new TaskClass { Runs = r.Number(), UpdatedAt = r.Number() };
            var pairs = r.Count();
            if (pairs > RunTimes.NodeClasses.Count) throw r.Damaged($"has {pairs} node classes of {RunTimes.NodeClasses.Count}");
            for (var i = 0; i < pairs; i++)
            {
                ref var pair = ref model.Pair(i);
                (pair.Runs, pair.Mean, pair.Squares) = (r.Double(), r.Double(), r.Double());
            }
            RunTimes.RestoreTask(key, model);
        }
    }
}
