namespace Granary.Faults;

/// <summary>One run: everything in it follows from the seed and these.</summary>
public sealed record RunOptions
{
    public required int Seed { get; init; }

    /// <summary>How long the adversary is at work, in virtual time.</summary>
    public TimeSpan Trouble { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Mean time between two of its acts.</summary>
    public TimeSpan Between { get; init; } = TimeSpan.FromSeconds(1.2);

    /// <summary>Once it has stopped, everything must have ended within this.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>A bug put in on purpose, which the checks must find.</summary>
    public PlantedBug Bug { get; init; }

    /// <summary>Parts of each pool.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>Keep what happened, line by line.</summary>
    public bool KeepStory { get; init; }
}

/// <summary>Bugs that such systems have had, put in at a boundary.</summary>
public enum PlantedBug
{
    None,

    /// <summary>What an older attempt says counts as if it were the newest.</summary>
    SkipFence,

    /// <summary>The journal says that a record is written before it is.</summary>
    AcknowledgeBeforeCommit,

    /// <summary>An agent that starts again does not find one of the processes that it left.</summary>
    ForgetLease,

    /// <summary>A lease is given out with a token that was used before.</summary>
    ReuseToken,

    /// <summary>A report that failed once is taken for delivered.</summary>
    DropRetry,
}

/// <param name="Seed">Gives the same run again.</param>
/// <param name="Violations">What must hold and did not, one line each.</param>
/// <param name="Fingerprint">Of every record written and every process started, in order.</param>
public sealed record RunResult(int Seed, IReadOnlyList<string> Violations, ulong Fingerprint, RunFigures Figures, IReadOnlyList<string> Story)
{
    public bool Ok => Violations.Count == 0;
}

/// <summary>What a run had in it: a run in which nothing happens proves nothing.</summary>
public sealed record RunFigures
{
    public int Tasks { get; set; }
    public int Starts { get; set; }
    public int Faults { get; set; }
    public int ServerKills { get; set; }
    public int AgentKills { get; set; }
    public int Reboots { get; set; }
    public int Cuts { get; set; }
    public int MessagesLost { get; set; }
    public int MessagesRepeated { get; set; }
    public int FailedWrites { get; set; }
    public int Fenced { get; set; }

    /// <summary>Times that waiting tasks went from one part of a sharded pool to another.</summary>
    public int Moves { get; set; }

    /// <summary>Times that an idle node did.</summary>
    public int NodeMoves { get; set; }
    public long Steps { get; set; }
    public TimeSpan VirtualTime { get; set; }
}
