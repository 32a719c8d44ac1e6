package dev.stocktake.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.util.Set;

/** What callers outside a package can see. */
final class Visibility {

    private Visibility() {}

    /** Whether the type, and every type around it, can be named by callers. */
    static boolean isPublic(JavaClass type) {
        return isOpen(type.getModifiers())
                && type.getEnclosingClass().map(Visibility::isPublic).orElse(true);
    }

    /** Whether callers, or those who extend, can use the member of a public type. */
    static boolean isPublic(JavaMember member) {
        return isOpen(member.getModifiers())
                && !member.getModifiers().contains(JavaModifier.SYNTHETIC)
                && !member.getModifiers().contains(JavaModifier.BRIDGE);
    }

    private static boolean isOpen(Set<JavaModifier> modifiers) {
        return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
    }
}
