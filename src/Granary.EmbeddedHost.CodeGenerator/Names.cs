using System.Text;
using Microsoft.CodeAnalysis;

namespace Granary.EmbeddedHost.CodeGenerator;

/// <summary>Names of the model's types, and of what is generated.</summary>
internal static class Names
{
    public const string GenerateSerializer = "Orleans.GenerateSerializerAttribute";
    public const string Id = "Orleans.IdAttribute";
    public const string Alias = "Orleans.AliasAttribute";
    public const string Immutable = "Orleans.ImmutableAttribute";
    public const string OneWay = "Orleans.Concurrency.OneWayAttribute";
    public const string ReadOnly = "Orleans.Concurrency.ReadOnlyAttribute";
    public const string AlwaysInterleave = "Orleans.Concurrency.AlwaysInterleaveAttribute";
    public const string ResponseTimeout = "Orleans.ResponseTimeoutAttribute";
    public const string GrainType = "Orleans.GrainTypeAttribute";
    public const string PersistentState = "Orleans.Runtime.PersistentStateAttribute";
    public const string GrainAssembliesAttribute = "Granary.EmbeddedHost.Calls.GrainAssembliesAttribute";
    public const string HostAssembly = "Granary.EmbeddedHost.Abstractions";

    public const string Calls = "global::Granary.EmbeddedHost.Calls";
    public const string Codecs = "global::Granary.EmbeddedHost.Serialization";

    private static readonly SymbolDisplayFormat Plain = new(
        globalNamespaceStyle: SymbolDisplayGlobalNamespaceStyle.Omitted,
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces);

    /// <summary>The namespace of generated code; a public codec is found by it from other assemblies.</summary>
    public static string GeneratedNamespace(IAssemblySymbol assembly) => "GrainCode." + Sanitize(assembly.Name);

    public static string CodecClass(INamedTypeSymbol type) => "Codec_" + Flat(type.OriginalDefinition);

    public static string Flat(INamedTypeSymbol type) => Sanitize(type.ToDisplayString(Plain)) + (type.Arity > 0 ? "_" + type.Arity : "");

    /// <summary>The type in code, from the global namespace.</summary>
    public static string Code(this ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);

    /// <summary>The name on the wire: the alias, or the full name.</summary>
    public static string WireName(this INamedTypeSymbol type) => type.Argument(Alias) as string ?? type.ToDisplayString(Plain);

    public static string Quote(string text) => Microsoft.CodeAnalysis.CSharp.SymbolDisplay.FormatLiteral(text, quote: true);

    public static bool Has(this ISymbol symbol, string attribute)
        => symbol.GetAttributes().Any(a => a.AttributeClass?.ToDisplayString() == attribute);

    /// <summary>The first constructor argument of the attribute.</summary>
    public static object? Argument(this ISymbol symbol, string attribute)
        => symbol.GetAttributes().FirstOrDefault(a => a.AttributeClass?.ToDisplayString() == attribute)
            is { ConstructorArguments: { Length: > 0 } arguments } ? arguments[0].Value : null;

    public static bool IsAddressable(this ITypeSymbol type) => type.AllInterfaces.Any(i => i.Name == "IAddressable"
        && i.ContainingNamespace.ToDisplayString() == "Orleans.Runtime");

    /// <summary>An interface that only says what kind of key or role a grain has.</summary>
    public static bool IsMarker(this ITypeSymbol type) => type.ContainingAssembly?.Name == HostAssembly;

    public static bool IsGrainInterface(this ITypeSymbol type) => type.TypeKind == TypeKind.Interface
        && type.AllInterfaces.Any(i => i.Name == "IGrain" && i.ContainingNamespace.ToDisplayString() == "Orleans");

    /// <summary>Code of the same assembly can name the type.</summary>
    public static bool IsReachable(this INamedTypeSymbol type)
    {
        for (var t = type; t is not null; t = t.ContainingType)
        {
            if (t.DeclaredAccessibility is Accessibility.Private or Accessibility.Protected or Accessibility.ProtectedAndInternal || t.IsFileLocal)
                return false;
        }
        return true;
    }

    public static bool IsPublic(this INamedTypeSymbol type)
    {
        for (var t = type; t is not null; t = t.ContainingType)
        {
            if (t.DeclaredAccessibility != Accessibility.Public)
                return false;
        }
        return true;
    }

    private static string Sanitize(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var c in name)
            text.Append(char.IsLetterOrDigit(c) ? c : '_');
        return text.ToString();
    }
}
