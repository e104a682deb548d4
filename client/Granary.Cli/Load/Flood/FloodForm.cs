namespace Granary.Cli.Load.Flood;

/// <summary>What a flood meets.</summary>
internal enum FloodForm
{
    /// <summary>There is none.</summary>
    Alone,

    /// <summary>All of it is taken, as fast as the machine can.</summary>
    Admitted,

    /// <summary>It reaches the agent's bound of waiting tasks about half way.</summary>
    AtBound,

    /// <summary>All of it is refused.</summary>
    Refused,
}
