using Microsoft.CodeAnalysis;

namespace Granary.EmbeddedHost.CodeGenerator;

/// <summary>What the generator refuses, as errors at the place that causes them.</summary>
internal static class Diagnostics
{
    public static readonly DiagnosticDescriptor NotSerializable = Error("GRAIN001", "A type that crosses a grain call has no codec");
    public static readonly DiagnosticDescriptor BadMethod = Error("GRAIN002", "A grain interface member cannot be called remotely");
    public static readonly DiagnosticDescriptor BadId = Error("GRAIN003", "A member's [Id] is wrong");
    public static readonly DiagnosticDescriptor Inaccessible = Error("GRAIN004", "Generated code cannot reach a type");
    public static readonly DiagnosticDescriptor BadGrain = Error("GRAIN005", "A grain class cannot be made by the host");

    private static DiagnosticDescriptor Error(string id, string title)
        => new(id, title, "{0}", "Grains", DiagnosticSeverity.Error, isEnabledByDefault: true);
}
