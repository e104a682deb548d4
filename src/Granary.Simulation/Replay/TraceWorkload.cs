using Granary.Model;
using Granary.Simulation.Journal;
using Granary.Simulation.Llm;
using Granary.Simulation.Swf;
using Granary.Simulation.Workloads;

namespace Granary.Simulation.Replay;

/// <summary>A trace as jobs on processors, whatever its format.</summary>
public static class TraceWorkload
{
    /// <exception cref="GranaryException">Invalid, for a bad trace, or one of which processors say too little.</exception>
    public static Workload Load(TraceFile trace, LlmCapacity llm) => trace.Kind switch
    {
        TraceKind.Swf => SwfTrace.Load(trace.Path),
        TraceKind.Tasks => TaskTrace.Load(trace.Path),
        TraceKind.LlmRequests => LlmTrace.Load(trace.Path, llm),
        _ => throw GranaryException.Invalid($"{trace.Path}: is of pods with GPUs, not of jobs on processors; name an SWF trace, LLM requests, or Granary's own tasks"),
    };
}
