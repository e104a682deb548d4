namespace Granary.Execution.Shim;

/// <summary>Kinds of frames. On the socket and in the log; numbers are part of both formats and are never used again for something else.</summary>
internal enum FrameKind : byte
{
    // agent to shim
    Hello = 1,
    Start = 2,
    Stop = 3,
    Acknowledge = 4,
    End = 5,
    StopWithin = 6,
    StartAs = 7,
    StartIsolated = 8,

    // shim to agent
    Welcome = 10,
    Taken = 11,
    Reports = 12,
    Superseded = 13,

    // log
    Header = 20,
    Intent = 21,
    Spawned = 22,
    Ended = 23,
    Forgotten = 24,
    Seen = 25,
}
