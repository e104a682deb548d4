namespace Granary.Execution;

/// <summary>Why a node agent stopped.</summary>
public enum AgentEnd
{
    /// <summary>It was asked to; its processes live on.</summary>
    Stopped,
    /// <summary>It was asked to leave: nothing runs there any more.</summary>
    Left,
    /// <summary>A newer agent has taken charge of the node.</summary>
    Fenced,
}
