namespace Granary.Simulation.Swf;

/// <summary>The fields of a job in the order of a line. Source: Standard Workload Format 2.2 (Feitelson, Chapin, Talby, 1999).</summary>
internal enum SwfField
{
    JobNumber,
    SubmitTime,
    WaitTime,
    RunTime,
    AllocatedProcessors,
    AverageCpuTime,
    UsedMemory,
    RequestedProcessors,
    RequestedTime,
    RequestedMemory,
    Status,
    User,
    Group,
    Application,
    Queue,
    Partition,
    PrecedingJob,
    ThinkTime,
}

internal static class SwfFields
{
    public const int Count = 18;

    public static string Name(int field) => ((SwfField)field) switch
    {
        SwfField.JobNumber => "job number",
        SwfField.SubmitTime => "submit time",
        SwfField.WaitTime => "wait time",
        SwfField.RunTime => "run time",
        SwfField.AllocatedProcessors => "allocated processors",
        SwfField.AverageCpuTime => "average CPU time",
        SwfField.UsedMemory => "used memory",
        SwfField.RequestedProcessors => "requested processors",
        SwfField.RequestedTime => "requested time",
        SwfField.RequestedMemory => "requested memory",
        SwfField.Status => "status",
        SwfField.User => "user",
        SwfField.Group => "group",
        SwfField.Application => "application",
        SwfField.Queue => "queue",
        SwfField.Partition => "partition",
        SwfField.PrecedingJob => "preceding job",
        _ => "think time",
    };
}
