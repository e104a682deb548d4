using Granary.Execution.Processes;
using Granary.Model;

namespace Granary.Execution.Shim;

/// <summary>A launch plan as fields of a frame.</summary>
internal static class PlanCodec
{
    public static void Plan(this FrameWriter writer, LaunchPlan plan)
    {
        writer.Lease(plan.Lease).Text(plan.Program).Texts(plan.Arguments).Texts(plan.Environment).Text(plan.WorkingDirectory);
        writer.Supervision(plan);
    }

    public static LaunchPlan Plan(this ref FrameReader reader)
    {
        var lease = reader.Lease();
        var program = reader.Text();
        var arguments = reader.Texts();
        var environment = reader.Texts();
        var directory = reader.Text();
        return Rest(ref reader, new LaunchPlan
        {
            Lease = lease,
            Program = program,
            Arguments = arguments,
            Environment = environment,
            WorkingDirectory = directory,
            Output = "",
            Error = "",
        });
    }

    /// <summary>As whom a plan is to run.</summary>
    public static void User(this FrameWriter writer, LaunchPlan plan)
    {
        writer.Byte(plan.User is null ? (byte)0 : (byte)1).Byte(plan.OwnWork ? (byte)1 : (byte)0);
        if (plan.User is { } user) writer.Long(user.User).Long(user.Group).Long(user.AccountGroup);
    }

    public static LaunchPlan User(this ref FrameReader reader, LaunchPlan plan)
    {
        var given = reader.Byte() != 0;
        plan = plan with { OwnWork = reader.Byte() != 0 };
        return given ? plan with { User = new(checked((uint)reader.Long()), checked((uint)reader.Long()), checked((uint)reader.Long())) } : plan;
    }

    /// <summary>What its processes are kept to, as words: a shim that does not know one of them leaves it out.</summary>
    public static void Isolation(this FrameWriter writer, LaunchPlan plan) =>
        writer.Texts(plan.Isolation is null ? [] : [.. IsolationWords.Format(plan.Isolation).Select(w => $"{w.Key}={w.Value}")]);

    public static LaunchPlan Isolation(this ref FrameReader reader, LaunchPlan plan)
    {
        var words = reader.Texts();
        if (words.Length == 0) return plan;
        var isolation = new TaskIsolation();
        foreach (var word in words)
            if (word.IndexOf('=', StringComparison.Ordinal) is > 0 and var at) _ = IsolationWords.TrySet(ref isolation, word[..at], word[(at + 1)..], out _);
        return plan with { Isolation = isolation };
    }

    /// <summary>For the log: what a later shim needs to look after a process that runs already; not what to run.</summary>
    public static void Supervised(this FrameWriter writer, LaunchPlan plan)
    {
        writer.Lease(plan.Lease);
        writer.Supervision(plan);
    }

    public static LaunchPlan Supervised(this ref FrameReader reader) => Rest(ref reader, new LaunchPlan
    {
        Lease = reader.Lease(),
        Program = "",
        Arguments = [],
        Environment = [],
        WorkingDirectory = "",
        Output = "",
        Error = "",
    });

    private static void Supervision(this FrameWriter writer, LaunchPlan plan) => writer
        .Text(plan.Output).Text(plan.Error).Long(plan.OutputLimitBytes).Long(plan.MemoryMiB).Long(plan.CpuMilli)
        .Long(plan.TimeLimit?.Ticks ?? -1).Long(plan.KillGrace.Ticks);

    private static LaunchPlan Rest(ref FrameReader reader, LaunchPlan plan)
    {
        var output = reader.Text();
        var error = reader.Text();
        var limit = reader.Long();
        var memory = reader.Long();
        var cpu = reader.Long();
        var time = reader.Long();
        return plan with
        {
            Output = output,
            Error = error,
            OutputLimitBytes = limit,
            MemoryMiB = memory,
            CpuMilli = cpu,
            TimeLimit = time < 0 ? null : new TimeSpan(time),
            KillGrace = reader.Span(),
        };
    }
}
