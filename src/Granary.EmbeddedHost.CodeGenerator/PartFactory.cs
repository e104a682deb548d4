using Microsoft.CodeAnalysis;

namespace Granary.EmbeddedHost.CodeGenerator;

/// <summary>Decides what a type needs.</summary>
internal static class PartFactory
{
    public static GeneratedPart? Create(INamedTypeSymbol symbol, Compilation compilation)
    {
        var serializable = symbol.Has(Names.GenerateSerializer);
        var addressable = symbol.IsAddressable();
        if (!serializable && !addressable || symbol.TypeKind == TypeKind.Enum || symbol.ContainingNamespace.ToDisplayString() == "Orleans.Runtime")
            return null;

        var part = new PartBuilder(symbol, compilation);
        if (symbol.TypeKind == TypeKind.Interface)
        {
            if (addressable && !symbol.IsMarker())
                InterfaceWriter.Write(symbol, part);
        }
        else
        {
            if (serializable)
                CodecWriter.Write(symbol, part);
            if (addressable && !symbol.IsAbstract && symbol.AllInterfaces.Any(i => i.IsGrainInterface() && !i.IsMarker()))
                GrainClassWriter.Write(symbol, part);
        }
        return part.Build();
    }
}
