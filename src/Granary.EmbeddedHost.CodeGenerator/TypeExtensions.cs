using Microsoft.CodeAnalysis;

namespace Granary.EmbeddedHost.CodeGenerator;

/// <summary>Questions about types.</summary>
internal static class TypeExtensions
{
    public static bool IsException(this ITypeSymbol type)
    {
        for (var t = type; t is not null; t = t.BaseType)
        {
            if (t.Name == "Exception" && t.ContainingNamespace?.ToDisplayString() == "System")
                return true;
        }
        return false;
    }

    /// <summary>A parameterless constructor of the type, written or implied.</summary>
    public static IMethodSymbol? ParameterlessConstructor(this INamedTypeSymbol type)
    {
        foreach (var constructor in type.InstanceConstructors)
        {
            if (constructor.Parameters.Length == 0)
                return constructor;
        }
        return null;
    }

    public static bool HasRequiredMembers(this INamedTypeSymbol type)
    {
        for (var t = type; t is not null; t = t.BaseType)
        {
            foreach (var member in t.GetMembers())
            {
                if (member is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true })
                    return true;
            }
        }
        return false;
    }
}
