namespace Granary.Execution.Posix;

/// <summary>The status word of wait4(2).</summary>
internal readonly record struct WaitStatus(int Raw)
{
    /// <summary>Signal that ended the process; 0 when it exited by itself.</summary>
    public int Signal => Raw & 0x7f;

    /// <summary>Null when a signal ended it.</summary>
    public int? Code => Signal == 0 ? (Raw >> 8) & 0xff : null;
}
