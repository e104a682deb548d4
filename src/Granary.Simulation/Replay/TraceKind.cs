namespace Granary.Simulation.Replay;

/// <summary>The formats that can be replayed; told apart by how a file begins, never by its name.</summary>
public enum TraceKind
{
    /// <summary>Standard Workload Format, version 2: rigid parallel jobs.</summary>
    Swf,

    /// <summary>Pods of Alibaba's openb trace, CSV.</summary>
    OpenbPods,

    /// <summary>Requests to a language model (Azure's public traces), CSV: arrival, prompt tokens, generated tokens.</summary>
    LlmRequests,

    /// <summary>Tasks of Granary itself: JSON lines, or what <c>granary tasks -o json</c> prints.</summary>
    Tasks,
}
