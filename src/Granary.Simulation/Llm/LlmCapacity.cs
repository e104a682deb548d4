using Granary.Model;

namespace Granary.Simulation.Llm;

/// <summary>How fast one slot of a server works through a request: the prompt first, then one generated token after the other.</summary>
/// <remarks>A constant rate in either phase, whatever else the server does: batching shows in the number of slots, not in their speed.</remarks>
public sealed record LlmCapacity
{
    /// <summary>Prompt tokens a second, over 0. Default 5,000.</summary>
    public double PromptTokensPerS { get; init; } = 5000;

    /// <summary>Generated tokens a second, over 0. Default 40.</summary>
    public double GeneratedTokensPerS { get; init; } = 40;

    /// <summary>How long a request holds its slot, seconds.</summary>
    public double Seconds(double contextTokens, double generatedTokens) => contextTokens / PromptTokensPerS + generatedTokens / GeneratedTokensPerS;

    /// <exception cref="GranaryException">Invalid, naming the property, its value and its range.</exception>
    public void Validate()
    {
        if (!(PromptTokensPerS > 0)) throw GranaryException.Invalid($"prompt tokens a second are {PromptTokensPerS}; they must be over 0");
        if (!(GeneratedTokensPerS > 0)) throw GranaryException.Invalid($"generated tokens a second are {GeneratedTokensPerS}; they must be over 0");
    }
}
