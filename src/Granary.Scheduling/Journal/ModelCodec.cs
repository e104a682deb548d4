using System.Text.Json.Serialization.Metadata;
using Granary.Abstractions;
using Granary.Model;

namespace Granary.Scheduling.Journal;

/// <summary>The model's records as bytes. Version 2 of the layout appends the optional parts to version 1.</summary>
internal static class ModelCodec
{
    public static void Write(ref JournalWriter w, ResourceSet set)
    {
        w.Number(set.CpuMilli);
        w.Number(set.MemoryMiB);
        w.Number(set.GpuMilli);
        w.Number(set.GpuMemoryMiB);
        w.Number(set.NetworkMbps);
        w.Number(set.StorageMBps);
        w.Unsigned((ulong)(set.Custom?.Count ?? 0));
        if (set.Custom is null) return;
        foreach (var (name, amount) in set.Custom.OrderBy(c => c.Key, StringComparer.Ordinal))
        {
            w.Text(name);
            w.Number(amount);
        }
    }

    public static ResourceSet ReadResources(ref JournalReader r)
    {
        var set = new ResourceSet
        {
            CpuMilli = r.Number(),
            MemoryMiB = r.Number(),
            GpuMilli = r.Number(),
            GpuMemoryMiB = r.Number(),
            NetworkMbps = r.Number(),
            StorageMBps = r.Number(),
        };
        var count = r.Count();
        if (count == 0) return set;
        var custom = new Dictionary<string, long>(count, StringComparer.Ordinal);
        for (var i = 0; i < count; i++) custom[r.Text()] = r.Number();
        return set with { Custom = custom };
    }

    public static void Write(ref JournalWriter w, IReadOnlyDictionary<string, string>? labels)
    {
        w.Unsigned((ulong)(labels?.Count ?? 0));
        if (labels is null) return;
        foreach (var (key, value) in labels.OrderBy(l => l.Key, StringComparer.Ordinal))
        {
            w.Text(key);
            w.Text(value);
        }
    }

    public static IReadOnlyDictionary<string, string>? ReadLabels(ref JournalReader r)
    {
        var count = r.Count();
        if (count == 0) return null;
        var labels = new Dictionary<string, string>(count, StringComparer.Ordinal);
        for (var i = 0; i < count; i++) labels[r.Text()] = r.Text();
        return labels;
    }

    public static void Write(ref JournalWriter w, AdaptedWeights adapted)
    {
        w.Unsigned((ulong)adapted.Weights.Count);
        foreach (var (agent, factor) in adapted.Weights)
        {
            w.Number(agent);
            w.Double(factor);
        }
    }

    public static AdaptedWeights ReadAdapted(ref JournalReader r)
    {
        var weights = new AdaptedWeight[r.Count()];
        for (var i = 0; i < weights.Length; i++) weights[i] = new AdaptedWeight(r.Int(), r.Double());
        return new AdaptedWeights(weights);
    }

    public static void Write(ref JournalWriter w, TaskSpec spec)
    {
        w.Text(spec.Agent);
        w.Text(spec.Name);
        w.Unsigned((ulong)spec.Command.Count);
        for (var i = 0; i < spec.Command.Count; i++) w.Text(spec.Command[i]);
        w.Text(spec.Handler);
        w.Flag(spec.Shell);
        w.Text(spec.WorkingDirectory);
        Write(ref w, spec.Environment);
        Write(ref w, spec.Resources);
        w.Number(spec.Priority);
        Write(ref w, spec.Deadline);
        Write(ref w, spec.Duration);
        Write(ref w, spec.TimeLimit);
        w.Number(spec.Retries);
        w.Number(spec.RetryBackoff.Ticks);
        Write(ref w, spec.Labels);
        w.Byte((byte)spec.OnLoss);
        w.Number(spec.KillGrace.Ticks);
        w.Number(spec.OutputLimitBytes);
        w.Flag(spec.MayFail);
        w.Text(SpecExtras.Write(spec.Terms, ExtrasJson.Default.TaskTerms));
    }

    public static TaskSpec ReadTask(ref JournalReader r)
    {
        var agent = r.Text();
        var name = r.Text();
        var command = new string[r.Count()];
        for (var i = 0; i < command.Length; i++) command[i] = r.Text();
        return new TaskSpec
        {
            Agent = agent,
            Name = name,
            Command = command,
            Handler = r.Text(),
            Shell = r.Flag(),
            WorkingDirectory = r.Text(),
            Environment = ReadLabels(ref r),
            Resources = ReadResources(ref r),
            Priority = r.Int(),
            Deadline = ReadSpan(ref r),
            Duration = ReadSpan(ref r),
            TimeLimit = ReadSpan(ref r),
            Retries = r.Int(),
            RetryBackoff = new TimeSpan(r.Number()),
            Labels = ReadLabels(ref r),
            OnLoss = (LossPolicy)r.Byte(),
            KillGrace = new TimeSpan(r.Number()),
            OutputLimitBytes = r.Number(),
            MayFail = r.Flag(),
            Terms = Extra(ref r, ExtrasJson.Default.TaskTerms),
        };
    }

    public static void Write(ref JournalWriter w, AgentSpec spec)
    {
        w.Text(spec.Id);
        w.Double(spec.Weight);
        w.Text(spec.Group);
        w.Byte((byte)spec.Class);
        Write(ref w, spec.Guarantee);
        Write(ref w, spec.Limit);
        Write(ref w, spec.Labels);
        w.Text(SpecExtras.Write(spec.Terms, ExtrasJson.Default.AgentTerms));
    }

    public static AgentSpec ReadAgent(ref JournalReader r) => new()
    {
        Id = r.Text(),
        Weight = r.Double(),
        Group = r.Text(),
        Class = (PriorityClass)r.Byte(),
        Guarantee = ReadResources(ref r),
        Limit = ReadResources(ref r),
        Labels = ReadLabels(ref r),
        Terms = Extra(ref r, ExtrasJson.Default.AgentTerms),
    };

    public static void Write(ref JournalWriter w, NodeSpec spec)
    {
        w.Text(spec.Name);
        w.Text(spec.Pool);
        Write(ref w, spec.Capacity);
        Write(ref w, spec.Labels);
        w.Flag(spec.Simulated);
        w.Text(SpecExtras.Write(spec.Traits, ExtrasJson.Default.NodeTraits));
    }

    public static NodeSpec ReadNode(ref JournalReader r) => new()
    {
        Name = r.Text(),
        Pool = r.Text(),
        Capacity = ReadResources(ref r),
        Labels = ReadLabels(ref r),
        Simulated = r.Flag(),
        Traits = Extra(ref r, ExtrasJson.Default.NodeTraits),
    };

    public static void Write(ref JournalWriter w, PoolSpec spec)
    {
        w.Text(spec.Name);
        w.Byte((byte)spec.Strategy);
        w.Byte((byte)spec.Mode);
        w.Text(spec.Cohort);
        w.Text(SpecExtras.Write(spec.Policy, ExtrasJson.Default.PoolPolicy));
    }

    public static PoolSpec ReadPool(ref JournalReader r) => new()
    {
        Name = r.Text(),
        Strategy = (PoolStrategy)r.Byte(),
        Mode = (PoolMode)r.Byte(),
        Cohort = r.Text(),
        Policy = Extra(ref r, ExtrasJson.Default.PoolPolicy),
    };

    public static void Write(ref JournalWriter w, GroupSpec spec) => w.Text(SpecExtras.Write(spec, ExtrasJson.Default.GroupSpec));

    public static GroupSpec ReadGroup(ref JournalReader r) =>
        SpecExtras.Read(r.Text(), ExtrasJson.Default.GroupSpec) ?? throw r.Damaged("holds an empty group");

    public static void Write(ref JournalWriter w, ReservationRecord record) => w.Text(SpecExtras.Write(record, ReservationRecordJson.Default.ReservationRecord));

    public static ReservationRecord ReadReservation(ref JournalReader r) =>
        SpecExtras.Read(r.Text(), ReservationRecordJson.Default.ReservationRecord) ?? throw r.Damaged("holds an empty reservation");

    public static void Write(ref JournalWriter w, Loan loan)
    {
        w.Text(loan.Lender);
        w.Number(loan.Number);
        w.Text(loan.Borrower);
        w.Text(loan.Cohort);
        Write(ref w, loan.Node);
    }

    public static Loan ReadLoan(ref JournalReader r) => new(r.Text(), r.Number(), r.Text(), r.Text(), ReadNode(ref r));

    public static void Write(ref JournalWriter w, AgentUse use)
    {
        w.Text(use.Agent);
        Write(ref w, use.Elsewhere);
    }

    public static AgentUse ReadUse(ref JournalReader r) => new(r.Text(), ReadResources(ref r));

    private static T? Extra<T>(ref JournalReader r, JsonTypeInfo<T> type) where T : class =>
        r.Version >= 2 ? SpecExtras.Read(r.Text(), type) : null;

    public static void Write(ref JournalWriter w, ExitInfo? exit)
    {
        w.Flag(exit is not null);
        if (exit is null) return;
        w.Flag(exit.Code is not null);
        if (exit.Code is { } code) w.Number(code);
        w.Number(exit.Signal);
        w.Number(exit.PeakMemoryKiB);
        w.Number(exit.CpuTime.Ticks);
        w.Number(exit.WallTime.Ticks);
        w.Byte((byte)exit.Cause);
        w.Text(exit.Message);
    }

    public static ExitInfo? ReadExit(ref JournalReader r) => !r.Flag() ? null : new ExitInfo
    {
        Code = r.Flag() ? r.Int() : null,
        Signal = r.Int(),
        PeakMemoryKiB = r.Number(),
        CpuTime = new TimeSpan(r.Number()),
        WallTime = new TimeSpan(r.Number()),
        Cause = (ExitCause)r.Byte(),
        Message = r.Text(),
    };

    public static void Write(ref JournalWriter w, OperationRecord record)
    {
        w.Text(record.Id);
        w.Number(record.Reply.First);
        w.Number(record.Reply.Count);
        w.Unsigned((ulong)record.Reply.Rejected.Count);
        foreach (var rejection in record.Reply.Rejected)
        {
            w.Number(rejection.Number);
            w.Text(rejection.Reason);
            w.Number(rejection.EarliestFinish is { } finish ? Clock.ToMicros(finish) : 0);
        }
        w.Unsigned((ulong)record.Reply.Notes.Count);
        foreach (var note in record.Reply.Notes) w.Text(note);
    }

    public static OperationRecord ReadOperation(ref JournalReader r)
    {
        var id = r.Text();
        var first = r.Number();
        var count = r.Int();
        var rejected = new Rejection[r.Count()];
        for (var i = 0; i < rejected.Length; i++)
        {
            var number = r.Number();
            var reason = r.Text();
            var finish = r.Number();
            rejected[i] = new Rejection(number, reason, finish == 0 ? null : Clock.ToTime(finish));
        }
        var notes = new string[r.Count()];
        for (var i = 0; i < notes.Length; i++) notes[i] = r.Text();
        return new OperationRecord(id, new SubmitReply(first, count, rejected, notes));
    }

    public static void Write(ref JournalWriter w, IReadOnlyList<long> numbers)
    {
        w.Unsigned((ulong)numbers.Count);
        for (var i = 0; i < numbers.Count; i++) w.Number(numbers[i]);
    }

    public static long[] ReadNumbers(ref JournalReader r)
    {
        var numbers = r.Count() is var count and > 0 ? new long[count] : [];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = r.Number();
        return numbers;
    }

    public static void Write(ref JournalWriter w, IReadOnlyList<NumberRun> runs)
    {
        w.Unsigned((ulong)runs.Count);
        for (var i = 0; i < runs.Count; i++)
        {
            w.Number(runs[i].First);
            w.Number(runs[i].Count);
        }
    }

    public static NumberRun[] ReadRuns(ref JournalReader r)
    {
        var runs = r.Count() is var count and > 0 ? new NumberRun[count] : [];
        for (var i = 0; i < runs.Length; i++) runs[i] = new NumberRun(r.Number(), r.Int());
        return runs;
    }

    private static void Write(ref JournalWriter w, TimeSpan? span)
    {
        w.Flag(span is not null);
        if (span is { } value) w.Number(value.Ticks);
    }

    private static TimeSpan? ReadSpan(ref JournalReader r) => r.Flag() ? new TimeSpan(r.Number()) : null;
}
